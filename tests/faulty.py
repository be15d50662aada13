# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Zones with one fault each: what is found, and the record that mends it.

``@`` stands for the zone; the other names of a zone are below it. What a fault shows is
in ``finding``, what is to be published in ``mended``, as {host: value}, "" for a record
to delete. ``left`` is what no record of the domain can mend.
"""

from dataclasses import dataclass, field

from .core.dns.test_dkim import rsa

#: The address that the domain's own server sends from, and that of another.
IP, OTHER = "192.0.2.25", "198.51.100.77"
SPF = f"v=spf1 ip4:{IP} include:spf.provider.test -all"
DMARC = "v=DMARC1; p=reject; rua=mailto:d@{zone}"
DKIM_KEY = f"v=DKIM1; k=rsa; p={rsa(2048)}"
ALIAS = "s2.provider.test"
#: What is the same in all, where a fault does not replace it.
WHOLE = {
    "@ MX": "10 mx",
    "mx A": IP,
    "@ TXT": SPF,
    "_dmarc TXT": DMARC,
    "s1._domainkey TXT": DKIM_KEY,
    "s2._domainkey CNAME": f"{ALIAS}.",
}
#: Zones of others: a provider, names in circles, those who get reports.
OTHERS = {
    "test": "",
    "provider.test": f"""spf TXT "v=spf1 ip4:203.0.113.0/24 ~all"
s2 TXT "{DKIM_KEY[:200]}" "{DKIM_KEY[200:]}"
nospf A 192.0.2.9
bad TXT "v=spf1 ip4:1.2.3 -all"
open TXT "v=spf1 +all"
dmarc TXT "v=DMARC1; p=none"
""",
    "refusing.test": "@ A 192.0.2.9",
    "2.0.192.in-addr.arpa": "25 PTR mx.whole.test.\n26 PTR gone.whole.test.",
    "whole.test": f"mx A {IP}",
}


@dataclass(frozen=True)
class Fault:
    """``records`` replace those of ``WHOLE``: name and type -> values."""

    name: str
    finding: str
    records: dict = field(default_factory=dict)
    mended: dict = field(default_factory=dict)
    left: frozenset = frozenset()
    ip: str = IP

    @property
    def zone(self):
        return f"{self.name}.test"

    def text(self):
        """As it stands in a zone file."""
        lines = []
        for place, values in {**WHOLE, **self.records}.items():
            values = [values] if isinstance(values, str) else values or ()
            lines += [f"{place} {self.shown(place, value)}" for value in values]
        return "\n".join(lines)

    def shown(self, place, value):
        value = self.filled(value)
        if not place.endswith((" TXT", " SPF")):
            return value
        pieces = [value[n : n + 250] for n in range(0, len(value), 250)]
        return " ".join(f'"{one}"' for one in pieces)

    def filled(self, value):
        return value.replace("{zone}", self.zone)


def spf(name, finding, text, mended=None, left=(), **values):
    """A fault of the SPF record; ``text`` may be several."""
    change = {} if mended is None else {"@": mended}
    return Fault(name, finding, {"@ TXT": text}, change, frozenset(left), **values)


def dmarc(name, finding, text, mended=None, left=(), **records):
    change = {} if mended is None else {"_dmarc": mended}
    records = {"_dmarc TXT": text, **records.get("records", {})}
    return Fault(name, finding, records, change, frozenset(left))


def dkim(name, finding, text):
    """A fault of the key that its owner has typed."""
    return Fault(
        name, finding, {"s1._domainkey TXT": text}, {"s1._domainkey": DKIM_KEY}
    )


def other(name, finding, records, mended=None, left=None):
    left = {finding} if left is None else left
    return Fault(name, finding, records, mended or {}, frozenset(left))


NEEDS = f"ip4:{IP} include:spf.provider.test"
REPORTS = "rua=mailto:d@{zone}"
TEN = [f"include:i{number}" for number in range(12)]
MANY = {f"i{n} TXT": f"v=spf1 ip4:198.18.{n}.1 -all" for n in range(12)}

FAULTS = [
    # --- SPF: the record
    spf("spfnone", "spf_missing", None, f"v=spf1 {NEEDS} ~all"),
    spf("spftwo", "spf_several", [f"v=spf1 ip4:{IP} -all",
        "v=spf1 include:spf.provider.test ~all"],
        f"v=spf1 include:spf.provider.test ip4:{IP} ~all"),
    spf("spfnearly", "spf_nearly", f'v= spf1 {NEEDS} -all', f"v=spf1 {NEEDS} -all"),
    spf("spfplus", "spf_plus_all", f"v=spf1 {NEEDS} +all", f"v=spf1 {NEEDS} ~all"),
    spf("spfnoall", "spf_no_all", f"v=spf1 {NEEDS}", f"v=spf1 {NEEDS} ~all"),
    spf("spfafter", "spf_after_all", f"v=spf1 ip4:{IP} -all include:spf.provider.test",
        f"v=spf1 {NEEDS} -all"),
    spf("spfptr", "spf_ptr", f"v=spf1 ptr {NEEDS} -all", f"v=spf1 {NEEDS} -all"),
    spf("spftwice", "spf_twice", f"v=spf1 {NEEDS} ip4:{IP} -all",
        f"v=spf1 {NEEDS} -all"),
    spf("spfwide", "spf_wide", f"v=spf1 ip4:10.0.0.0/7 {NEEDS} -all",
        left={"spf_wide"}),
    spf("spfmeant", "spf_mechanism_meant", f"v=spf1 {NEEDS} a=mx.{{zone}} -all"),
    spf("spfredirect", "spf_redirect_ignored",
        f"v=spf1 {NEEDS} -all redirect=spf.provider.test", f"v=spf1 {NEEDS} -all"),
    Fault("spfmany", "spf_lookups",
          {"@ TXT": f"v=spf1 {' '.join(f'{one}.spfmany.test' for one in TEN)} -all",
           **MANY}),
    spf("spfvoid", "spf_void", f"v=spf1 {NEEDS} a:gone.{{zone}} -all",
        f"v=spf1 {NEEDS} -all"),
    spf("spfvoids", "spf_void_limit",
        f"v=spf1 a:g1.{{zone}} a:g2.{{zone}} a:g3.{{zone}} {NEEDS} -all",
        f"v=spf1 {NEEDS} -all"),
    spf("spfloop", "spf_loop", f"v=spf1 {NEEDS} include:{{zone}} -all",
        f"v=spf1 {NEEDS} -all"),
    spf("spfnorecord", "spf_target_missing",
        f"v=spf1 {NEEDS} include:nospf.provider.test -all"),
    spf("spfbroken", "spf_target_broken",
        f"v=spf1 {NEEDS} include:bad.provider.test -all", f"v=spf1 {NEEDS} -all"),
    spf("spfopen", "spf_target_plus_all",
        f"v=spf1 {NEEDS} include:open.provider.test -all", f"v=spf1 {NEEDS} -all"),
    spf("spfbare", "spf_nearly", f"spf1 {NEEDS} -all", f"v=spf1 {NEEDS} -all"),
    spf("spfbadip", "spf_syntax_network", f"v=spf1 ip4:300.1.1.1 {NEEDS} -all",
        f"v=spf1 {NEEDS} -all"),
    spf("spfunknown", "spf_syntax_mechanism", f"v=spf1 {NEEDS} foo:bar -all",
        f"v=spf1 {NEEDS} -all"),
    spf("spfspelt", "spf_syntax_mechanism",
        f"v=spf1 ipv4:{IP} include:spf.provider.test -all", f"v=spf1 {NEEDS} -all"),
    spf("spflack", "spf_sender_fail", "v=spf1 include:spf.provider.test -all",
        f"v=spf1 include:spf.provider.test ip4:{IP} -all"),
    spf("spfsoft", "spf_sender_softfail", "v=spf1 include:spf.provider.test ~all",
        f"v=spf1 include:spf.provider.test ip4:{IP} ~all"),
    spf("spfneutral", "spf_neutral_all", f"v=spf1 {NEEDS} ?all"),
    Fault("spfold", "spf_type99", {"@ SPF": SPF}),
    # --- DKIM
    dkim("keynone", "dkim_missing", None),
    dkim("keyrevoked", "dkim_revoked", "v=DKIM1; p="),
    dkim("keyshort", "dkim_short", f"v=DKIM1; p={rsa(512)}"),
    dkim("keyweak", "dkim_weak", f"v=DKIM1; p={rsa(1024)}"),
    dkim("keytest", "dkim_test", f"v=DKIM1; t=y; p={rsa(2048)}"),
    dkim("keydamaged", "dkim_damaged", "v=DKIM1; p=notakey"),
    dkim("keykind", "dkim_kind", f"v=DKIM1; k=dsa; p={rsa(2048)}"),
    dkim("keyversion", "dkim_version", f"v=DKIM9; p={rsa(2048)}"),
    dkim("keyhash", "dkim_hash", f"v=DKIM1; h=sha1; p={rsa(2048)}"),
    dkim("keyservice", "dkim_service", f"v=DKIM1; s=tlsrpt; p={rsa(2048)}"),
    dkim("keyseveral", "dkim_several", [DKIM_KEY, f"v=DKIM1; p={rsa(1024)}"]),
    other("keyalias", "dkim_missing", {"s2._domainkey CNAME": None},
          {"s2._domainkey": ALIAS}, ()),
    other("keylost", "dkim_alias_lost", {"s2._domainkey CNAME": "gone.whole.test."},
          {"s2._domainkey": ALIAS}, ()),
    other("keyloop", "dkim_alias_loop", {"s2._domainkey CNAME": "s2._domainkey"},
          {"s2._domainkey": ALIAS}, ()),
    # --- DMARC
    dmarc("dmarcnone", "dmarc_missing", None, f"v=DMARC1; p=none; {REPORTS}"),
    dmarc("dmarctwo", "dmarc_several", [f"v=DMARC1; p=reject; {REPORTS}",
          "v=DMARC1; p=none"], f"v=DMARC1; p=none; {REPORTS}"),
    dmarc("dmarcnearly", "dmarc_nearly", f"v=dmarc1; p=reject; {REPORTS}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarclate", "dmarc_nearly", f"p=reject; v=DMARC1; {REPORTS}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcbare", "dmarc_nearly", f"p=reject; {REPORTS}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcname", "dmarc_nearly", f"DMARC1; p=reject; {REPORTS}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcblanks", "dmarc_nearly", f"v=DMARC1 p=reject {REPORTS}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcnopolicy", "dmarc_no_policy", f"v=DMARC1; {REPORTS}",
          f"v=DMARC1; p=none; {REPORTS}"),
    dmarc("dmarcblind", "dmarc_no_reports", "v=DMARC1; p=reject",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcpct", "dmarc_percent", f"v=DMARC1; p=reject; pct=50; {REPORTS}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcbadrua", "dmarc_bad_report", "v=DMARC1; p=reject; rua=d@{zone}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcruas", "dmarc_syntax",
          "v=DMARC1; p=reject; rua=mailto:a@{zone};mailto:b@{zone}",
          "v=DMARC1; p=reject; rua=mailto:a@{zone},mailto:b@{zone}"),
    dmarc("dmarcgap", "dmarc_bad_report",
          "v=DMARC1; p=reject; rua=mailto:a@{zone} mailto:b@{zone}",
          "v=DMARC1; p=reject; rua=mailto:a@{zone},mailto:b@{zone}"),
    dmarc("dmarcslashes", "dmarc_bad_report",
          "v=DMARC1; p=reject; rua=mailto://d@{zone}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcrefused", "dmarc_report_refused",
          "v=DMARC1; p=reject; rua=mailto:d@refusing.test",
          left={"dmarc_report_refused"}),
    dmarc("dmarcbelow", "dmarc_weaker_below", f"v=DMARC1; p=reject; sp=none; {REPORTS}",
          left={"dmarc_weaker_below"}),
    dmarc("dmarcvalue", "dmarc_wrong_value",
          f"v=DMARC1; p=reject; adkim=x; {REPORTS}", f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarctag", "dmarc_unknown_tag", f"v=DMARC1; p=reject; foo=x; {REPORTS}",
          f"v=DMARC1; p=reject; {REPORTS}"),
    dmarc("dmarcapex", "dmarc_misplaced", None, f"v=DMARC1; p=reject; {REPORTS}",
          records={"@ TXT": [SPF, f"v=DMARC1; p=reject; {REPORTS}"]}),
    dmarc("dmarcalias", "dmarc_no_reports", None, f"v=DMARC1; p=none; {REPORTS}",
          records={"_dmarc CNAME": "dmarc.provider.test."}),
    dmarc("dmarctest", "dmarc_test", f"v=DMARC1; p=reject; t=y; {REPORTS}",
          left={"dmarc_test"}),
    # --- the way in
    other("mxnone", "mx_missing", {"@ MX": None, "@ A": None}),
    other("mxgone", "mx_host_missing", {"@ MX": "10 gone"}),
    other("mxalias", "mx_host_alias", {"@ MX": "10 al", "al CNAME": "mx"}),
    other("mxlocal", "mx_host_private", {"mx A": "10.0.0.1"}),
    other("mxnull", "mx_null", {"@ MX": "0 ."}),
    other("stsrecord", "mta_sts_bad_record", {"_mta-sts TXT": "v=STSv1; id=2026-01"},
          {"_mta-sts": "v=STSv1; id=202601"}, {"mta_sts_host_missing"}),
    other("stsspelt", "mta_sts_bad_record", {"_mta-sts TXT": "v=stsv1; id=202601"},
          {"_mta-sts": "v=STSv1; id=202601"}, {"mta_sts_host_missing"}),
    other("stsblank", "mta_sts_bad_record", {"_mta-sts TXT": "v=STSv1 id=202601"},
          {"_mta-sts": "v=STSv1; id=202601"}, {"mta_sts_host_missing"}),
    other("ststwo", "mta_sts_several",
          {"_mta-sts TXT": ["v=STSv1; id=20260101", "v=STSv1; id=20260202"]},
          {"_mta-sts": "v=STSv1; id=20260202"}, {"mta_sts_host_missing"}),
    other("stshost", "mta_sts_host_missing", {"_mta-sts TXT": "v=STSv1; id=1"}),
    other("rptbad", "tls_rpt_bad_record", {"_smtp._tls TXT": "v=TLSRPTv1; rua=x"},
          {"_smtp._tls": "v=TLSRPTv1; rua=mailto:d@{zone}"}, ()),
    other("rptspelt", "tls_rpt_bad_record",
          {"_smtp._tls TXT": "v=tlsrptv1; rua=mailto:t@{zone}"},
          {"_smtp._tls": "v=TLSRPTv1; rua=mailto:t@{zone}"}, ()),
    other("rptblank", "tls_rpt_bad_record",
          {"_smtp._tls TXT": "v=TLSRPTv1 rua=mailto:t@{zone}"},
          {"_smtp._tls": "v=TLSRPTv1; rua=mailto:t@{zone}"}, ()),
    other("rpttwo", "tls_rpt_several",
          {"_smtp._tls TXT": ["v=TLSRPTv1; rua=mailto:a@b.test",
                              "v=TLSRPTv1; rua=mailto:c@d.test"]},
          {"_smtp._tls": "v=TLSRPTv1; rua=mailto:a@b.test,mailto:c@d.test"}, ()),
    # --- servers that deliver themselves
    Fault("ptrlost", "ptr_unconfirmed", ip="192.0.2.26",
          mended={"@": f"v=spf1 {NEEDS} ip4:192.0.2.26 -all"},
          left=frozenset({"ptr_unconfirmed", "demand_ptr"})),
    Fault("ptrnone", "ptr_missing", ip="192.0.2.27",
          mended={"@": f"v=spf1 {NEEDS} ip4:192.0.2.27 -all"},
          left=frozenset({"ptr_missing", "demand_ptr"})),
]  # fmt: skip
