# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bounces, delays and absences in the forms and languages of many programs, and what
people write about them."""

import pytest

from odoo.addons.mail_gateway_plus.core.message import (
    automatic,
    delivery_status,
    header,
    report,
    statement,
)
from odoo.addons.mail_gateway_plus.core.routing import reports

ANN = "ann@b.example"
RETURNED = (
    "\n\nReceived: from us\nFrom: us@demo.example\nTo: ann@b.example\nSubject: Offer\n"
    "Message-ID: <1@demo.example>\n\nHello\n"
)


def mail(sender, subject, text, fields=""):
    return (
        f"From: {sender}\nTo: us@demo.example\nSubject: {subject}\n{fields}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}"
    ).encode()


def refused(raw):
    """[(address, status)] of a bounce, None for what is none."""
    found = report.read(raw)
    if reports.code(found) != "bounce_report":
        return None
    return [(one.address, one.status) for one in found.recipients]


#: What Exchange writes where its report part was lost: a subject, and a first line.
EXCHANGE = {
    "en": ("Undeliverable: Offer", "Delivery has failed to these recipients:"),
    "de": ("Unzustellbar: x", "Fehler bei der Nachrichtenzustellung an:"),
    "fr": ("Non remis : x", "Échec de la remise à ces destinataires :"),
    "es": ("No se puede entregar: x", "No se pudo entregar el mensaje a:"),
    "it": ("Non recapitabile: x", "Recapito non riuscito per i destinatari:"),
    "pt": ("Não é possível entregar: x", "Falha na entrega a:"),
    "nl": ("Kan niet worden bezorgd: x", "De bezorging aan deze mensen is mislukt:"),
    "pl": ("Nie można dostarczyć: x", "Dostarczenie do nich nie powiodło się:"),
    "sv": ("Kan inte levereras: x", "Leveransen till dem misslyckades:"),
    "da": ("Kan ikke leveres: x", "Levering til dem mislykkedes:"),
    "no": ("Kan ikke leveres: x", "Levering til disse mottakerne mislyktes:"),
    "fi": ("Toimitus epäonnistui: x", "Toimitus epäonnistui:"),
    "cs": ("Nedoručitelné: x", "Doručení se nezdařilo:"),
    "sk": ("Nedoručiteľné: x", "Doručenie týmto príjemcom zlyhalo:"),
    "hu": ("Kézbesíthetetlen: x", "Nem sikerült a kézbesítés:"),
    "ro": ("Nelivrabil: x", "Livrarea la acești destinatari nu a reușit:"),
    "hr": ("Isporuka nije moguća: x", "Isporuka tim primateljima nije uspjela:"),
    "tr": ("Teslim edilemedi: x", "Şu alıcılara teslim başarısız oldu:"),
    "ru": ("Недоставлено: x", "Сбой доставки следующим получателям:"),
    "bg": ("Недоставено: x", "Съобщението не беше доставено до:"),
    "el": ("Δεν είναι δυνατή η παράδοση: x", "Η παράδοση απέτυχε:"),
    "ja": ("配信不能: x", "次の受信者への配信に失敗しました:"),
    "zh": ("未送达: x", "无法将邮件传递给以下收件人:"),
    "ko": ("배달되지 않음: x", "다음 받는 사람에게 배달하지 못했습니다."),
    "vi": ("Không thể gửi: x", "Không gửi được tới những người nhận này:"),
    "id": ("Tidak dapat dikirim: x", "Pesan gagal terkirim ke:"),
    "ar": ("غير قابل للتسليم: x", "فشل التسليم إلى هؤلاء المستلمين:"),
    "he": ("לא ניתן למסירה: x", "המסירה לנמענים אלה נכשלה:"),
}


@pytest.mark.parametrize("language", EXCHANGE)
def test_exchange_in_many_languages(language):
    subject, line = EXCHANGE[language]
    text = f"{line}\n\n{ANN}\n\n{ANN}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound ##\n"
    assert refused(mail("postmaster@b.example", subject, text)) == [(ANN, "5.1.1")]


#: (who writes, subject, text, status)
PROGRAMS = [
    ('"Courier mail server at mx" <@>', "NOTICE: mail delivery status.",
     "                UNDELIVERABLE MAIL\n\nYour message to the following recipients "
     f"cannot be delivered:\n\n<{ANN}>:\n   mx [192.0.2.1]:\n>>> RCPT TO:<{ANN}>\n"
     "<<< 550 User unknown.\n", "5.0.0"),
    ("Mailer-Daemon@b.example", "Message status - undeliverable",
     f"The attached file had the following undeliverable recipient(s):\n\t{ANN}\n\n"
     f"Transcript of session follows:\n Command: RCPT TO:<{ANN}>\n"
     " Response: 550 No such recipient\n", "5.0.0"),
    ("Postmaster@b.example", f"DELIVERY FAILURE: User ann ({ANN}) not listed",
     f"Your message\n\n  Subject: Offer\n\nwas not delivered to:\n\n  {ANN}\n\n"
     "because:\n\n  User ann not listed in Domino Directory\n", ""),
    ("Postmaster@mx.example", "Message Delivery Failure",
     "Message could not be delivered to some recipients.\n\n"
     f"\tRecipient: [SMTP:{ANN}]\n\tReason: Remote Server Returned: 550 5.1.1 No\n",
     "5.1.1"),
    ("postmaster@mx.example", "Re: Offer",
     "This is the James mail server.\nI'm afraid I wasn't able to deliver your message "
     f"to the following addresses.\n\nFailed recipient(s):\n{ANN}\n\nError message:\n"
     "550 5.1.1 User unknown\n", "5.1.1"),
    ("MDaemon at mx.example <MDaemon@mx.example>", "Permanent Delivery Failure",
     "The attached message had PERMANENT fatal delivery errors!\n\n"
     f"YOUR DATA WAS NOT DELIVERED TO:\n\n  {ANN}\n\n: Session Transcript\n"
     f" --> RCPT To:<{ANN}>\n <-- 550 5.1.1 unknown\n", "5.1.1"),
    ("postmaster@b.example", "[Postmaster] Email Delivery Failure",
     f"The email that you sent to {ANN} was not delivered because it was rejected.\n\n"
     f"Failed Recipient: {ANN}\n550 5.1.1 Invalid Recipient\n", "5.1.1"),
    ("postmaster@b.example", "Mail rejected",
     f"Your email to {ANN} was rejected because of a virus.\n", ""),
    ("Postmaster@163.com", "系统退信/Systems bounce",
     f"抱歉，您的邮件被退回来了……\n收件人：{ANN}\n退信原因：邮件无法送达。\n"
     "英文说明：Host mx said 550 5.1.1 User unknown\n", "5.1.1"),
    ("MAILER-DAEMON@naver.com", "[메일 발송 실패 안내] Offer",
     f"메일이 발송되지 않았습니다.\n받는 사람: {ANN}\n원인: 550 5.1.1 없음\n", "5.1.1"),
    ("posta-certificata@pec.example", "AVVISO DI MANCATA CONSEGNA: Offerta",
     'Il messaggio proveniente da "us@demo.example" e destinato a '
     f'"{ANN}" non è stato consegnato: errore 5.1.1 - indirizzo non valido\n', "5.1.1"),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "subject", "text", "status"), PROGRAMS)
def test_other_programs(sender, subject, text, status):
    fields = "X-Ricevuta: errore-consegna\n" if "certificata" in sender else ""
    assert refused(mail(sender, subject, text, fields)) == [(ANN, status)]


def test_message_that_is_only_told_of():
    text = (
        "This report relates to a message you sent:\n\n"
        "  Message-id: <1@demo.example>\n  Subject: Offer\n\n"
        f"Your message cannot be delivered to:\n\n  Recipient address: {ANN}\n"
    )
    raw = mail("postmaster@mx.example", "Delivery has failed", text)
    assert report.read(raw).message_id == "<1@demo.example>"


def receipt(sender, text):
    return (
        f"From: {sender}\nSubject: Rejected: Offer\nContent-Type: multipart/report;"
        ' report-type=disposition-notification; boundary="b"\n\n--b\n\n'
        f"{text}\n\n--b\nContent-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822; {ANN}\nOriginal-Message-ID: <1@demo.example>\n"
        "Disposition: automatic-action/MDN-sent-automatically; deleted\n\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("reason", "permanent"),
    [("Quota exceeded (mailbox for user is full)", False), ("No such user here", True)],
)
def test_refusal_in_the_form_of_a_receipt(reason, permanent):
    text = f"Your message to <{ANN}> was automatically rejected:\n{reason}\n"
    found = report.read(receipt("Mail Delivery Subsystem <postmaster@b.example>", text))
    assert reports.code(found) == "bounce_report"
    assert found.message_id == "<1@demo.example>"
    (one,) = found.recipients
    assert one.address == ANN and reason in one.diagnostic
    assert one.is_permanent is permanent


def test_what_somebody_deleted_unread_is_a_receipt():
    raw = receipt(ANN, "Your message was deleted without being read.")
    assert reports.code(report.read(raw)) == "read_receipt"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Delivery delayed: Offer", "The server will keep trying to deliver this."),
        ("Zustellung verzögert: x", "Es wird weiterhin versucht, sie zuzustellen."),
        ("Remise différée : x", "Ce message n'a pas encore été remis."),
        ("Warning: could not send message", "Will keep trying until it is 5 days old"),
        ("Leveransen är försenad", "Meddelandet har inte levererats ännu."),
    ],
)
def test_delays_in_words(subject, text):
    found = report.read(mail("postmaster@b.example", subject, f"{text}\n\n{ANN}\n"))
    assert isinstance(found, delivery_status.DeliveryStatus)
    assert reports.code(found) == "delivery_delayed"


# --- what people write about bounces

BOUNCE = f"<{ANN}>: host mx said: 550 5.1.1 User unknown\n"


@pytest.mark.parametrize(
    ("sender", "subject", "text", "fields"),
    [
        ("ann@a.example", "Fwd: Undelivered Mail Returned to Sender", BOUNCE, ""),
        ("ann@a.example", "Mail delivery failed?", "> " + BOUNCE, ""),
        ("ann@a.example", "Re: failure notice", BOUNCE + RETURNED, ""),
        (
            *("postmaster@a.example", "Re: mail not delivered"),
            "Their server rejected it because of SPF:\n> " + BOUNCE,
            "In-Reply-To: <q@demo.example>\n",
        ),
        ("postmaster@a.example", "Your DNS", "Your SPF record is wrong.\n", ""),
        ("postmaster@a.example", "Daily mail statistics", BOUNCE, ""),
        ("noreply@parcels.example", "Your parcel could not be delivered", ANN, ""),
        ("news@a.example", "How to avoid bounced mail", BOUNCE, "List-Id: <a.b>\n"),
    ],
)
def test_what_people_write_about_bounces(sender, subject, text, fields):
    assert report.read(mail(sender, subject, text, fields)) is None


def test_a_bounce_that_is_attached_is_somebodys_mail():
    raw = (
        b"From: ann@a.example\nSubject: Undelivered Mail Returned to Sender\n"
        b'Content-Type: multipart/mixed; boundary="m"\n\n--m\n\nWhat is this?\n--m\n'
        b"Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@b.example\n"
        b'Content-Type: multipart/report; boundary="r"\n\n--r\n'
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; b.example\n\n"
        b"Final-Recipient: rfc822; ann@b.example\nAction: failed\nStatus: 5.1.1\n\n"
        b"--r--\n--m--\n"
    )
    assert report.read(raw) is None


# --- absences

SUBJECTS = (
    *("Automatic reply: x", "[Auto-Reply] x", "Vacation reply: x", "AUTO: Ann is away"),
    *("Automatische Antwort: x", "Abwesenheitsmeldung", "Automatische E-Mail-Antwort"),
    *("Réponse automatique : x", "Absent du bureau", "Respuesta automática: x"),
    *("Risposta automatica: x", "Fuori ufficio: x", "Resposta automática: x"),
    *("Automatisch antwoord: x", "Autoodpowiedź: x", "Automatická odpověď: x"),
    *("Automatiskt svar: x", "Autosvar: x", "Automaattinen vastaus: x"),
    *("Automatikus válasz: x", "Răspuns automat: x", "Otomatik yanıt: x"),
    *("Автоматический ответ: x", "Автоматична відповідь: x", "Αυτόματη απάντηση: x"),
    *("自動応答: x", "【自動返信】x", "自动答复: x", "자동 회신: x", "מענה אוטומטי: x"),
    *("الرد التلقائي: x", "Trả lời tự động: x", "Balasan otomatis: x"),
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_of_absences(subject):
    raw = mail("ann@b.example", subject, "Until Monday.\n")
    said = statement.Statement(raw)
    assert said.automatic.kind == "replied" and said.report is None
    assert automatic.answer(said.section) is None, "nothing but a subject"
    sent_by = statement.Statement(
        mail("ann@b.example", subject, "", "Auto-Submitted: auto-generated\n")
    )
    assert automatic.answer(sent_by.section).source == "Subject"


@pytest.mark.parametrize(
    "subject", ["Re: Automatic reply: x", "Automatic doors", "On answering machines"]
)
def test_subjects_of_people(subject):
    assert statement.Statement(mail("ann@b.example", subject, "")).automatic is None


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("X-Autoreply: yes", "replied"),
        ("X-Mail-Autoreply: 1", "replied"),
        ("X-Auto-Reply-From: ann@b.example", "replied"),
        ("X-GWAutoReply: 1", "replied"),
        ("X-Autoresponder: vacation", "replied"),
        ("X-Autoreply: no", None),
        ("X-Auto-Response-Suppress: All", None),
    ],
)
def test_fields_of_vacation_programs(field, kind):
    found = automatic.read(header.Section(field.encode() + b"\r\n"))
    assert (found.kind if found else None) == kind
