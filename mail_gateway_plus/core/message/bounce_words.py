# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What programs write when they cannot deliver, language by language."""

import re

#: Who writes such messages, and nothing else: the local part or the name.
DAEMON = re.compile(r"mail(?:er)?[-_. ]?daemon\b", re.IGNORECASE)
#: Who writes them among others.
SYSTEMS = re.compile(
    r"post[-_. ]?master|mail[-_. ]?deliver|deliver(?:y|ed)?[-_. ]?(?:sub)?system|"
    r"(?:mail|ndr|system)[-_. ]?administrator|^sysadmin\b|double-bounce|\bbounces?\b|"
    r"\bmail[-_. ]?(?:system|server|gateway|router)\b|^(?:mailer|daemon|mdaemon|mta)$|"
    r"(?:un|non)-?deliver|microsoft ?exchange\w{32}|microsoft outlook",
    re.IGNORECASE,
)

#: (language, what it says): in a subject, and in the text below it.
SUBJECTS = (
    ("en",
     r"undeliver|non-?deliver|not (been )?deliver|"
     r"fail(ed|ure) (mail|delivery|notice)|"
     r"(delivery|mail|message|e-?mail|transmission|system|post) ?(\w+ ){0,3}"
     r"(fail|error|status|delay|problem|report\b)|"
     r"returned? (mail|e-?mail|message|to sender)|"
     r"returned? .{0,30}(user|host) unknown|bounced?\b|"
     r"could ?n.t be (sent|delivered)|could not be (sent|delivered)|"
     r"unable to (send|deliver)|delayed mail|(mail|message) delayed|"
     r"delayed \d+ (hour|day)|warning: (message|could not)|"
     r"message .{0,40}(delayed|blocked)|address not found|"
     r"recipient .{0,30}(full|unknown)|user unknown|(are|is) not (a )?member|"
     r"mail not sent|trouble deliver|errors from|cannot deliver|"
     r"delivery has failed|rejected (mail|message)|"
     r"(mail|message) (was |has been )?rejected"),
    ("de",
     r"unzustellbar|nicht (\w+ )?(zugestellt|zustellbar)|zustell(ung|fehler)|"
     r"unzustell|übermittlung|rückläufer|zurückgewiesen"),
    ("fr",
     r"non (remis|distribu|délivr)|"
     r"échec .{0,30}(remise|distribution|envoi|livraison)|"
     r"impossible .{0,20}(remettre|distribuer)|retour .{0,20}expéditeur|"
     r"non distribuable|(remise|distribution) (différée|retardée)"),
    ("es",
     r"no (se )?(ha |pudo |puede |pud).{0,12}entreg|no entrega|"
     r"error .{0,20}entrega|devuelto|entrega .{0,20}(fallid|retras)|"
     r"no se pudo enviar"),
    ("pt",
     r"não (foi |é )?(possível )?entreg|falha .{0,20}(entrega|envio)|devolvid|"
     r"não entregue|mensagem não|entrega .{0,12}atras"),
    ("it",
     r"non recapit|mancat[ao] (recapito|consegna)|"
     r"impossibile .{0,20}(recapit|consegn)|avviso di mancata|"
     r"(recapito|consegna) .{0,12}ritard"),
    ("nl",
     r"onbestelbaar|niet (\w+ ){0,2}((af|be)?geleverd|bezorgd)|bezorg(ing|fout)"),
    ("pl",
     r"niedostarcz|nie (\w+ )?dostarcz|zwrot|opóźnieni\w+ dostarcz"),
    ("ru",
     r"не ?доставлен|недоставлен|невозможно доставить|не удал.{0,12}доставить|"
     r"не удается доставить|возврат"),
    ("uk",
     r"неможливо доставити|не вдалося доставити"),
    ("cs",
     r"nedoručit|nedoruč|nelze doručit"),
    ("sv",
     r"(kan|kunde) (inte|ej) levereras|går inte att leverera|olevererbar|"
     r"(inte|ej) levererat|leverans\w* .{0,12}(misslyck|fördröj|försen)"),
    ("da",
     r"kan ikke leveres|kunne ikke leveres|ikke leveret|levering\w* .{0,12}forsink"),
    ("no",
     r"kan ikke levere|kunne ikke leveres|ikke levert"),
    ("fi",
     r"ei voi(tu|da)? toimittaa|toimitus epäonnistui|perille toimittamat"),
    ("hu",
     r"kézbesíthetetlen|kézbesítés"),
    ("ro",
     r"neliv?ra[tb]|nu (a putut|poate) fi livrat"),
    ("hr, sr, bs, sl",
     r"(ne|nije |nisu )(ispor|dostav|moguć)|isporuka nije|neisporuč|nedostav|"
     r"ni mogoče dostaviti|није испоруч|неиспоруч"),
    ("sk",
     r"nedoruč|nie je možné doručiť"),
    ("bg",
     r"не може да бъде доставен|недостав"),
    ("et",
     r"kättetoimeta|toimetamine ebaõnnestus|ei saa? kohale toimetada"),
    ("lt",
     r"nepristaty|nepavyko pristatyti"),
    ("lv",
     r"nepiegād|neizdevās piegādāt|nevar piegādāt"),
    ("ca",
     r"no (s.ha pogut |es pot )?(lliurar|lliurat)|error .{0,20}lliurament"),
    ("vi",
     r"không (thể )?(gửi|chuyển|phát)|gửi (thư )?thất bại|thư bị trả lại"),
    ("th",
     r"ไม่สามารถส่ง|ส่งไม่สำเร็จ|ส่งไม่ได้"),
    ("id, ms",
     r"(tidak|gagal) (dapat )?(terkirim|dikirim|dihantar)|"
     r"(pengiriman|penghantaran) gagal"),
    ("tr",
     r"teslim edilemed|iletilemed|gönderilemed"),
    ("el",
     r"αδυναμία παράδοσης|δεν (ήταν|είναι) δυνατή η παράδοση|μη παραδοτέ"),
    ("ja",
     r"(配信|配送|配達|送信)(でき|不能|不可|エラー|失敗|に失敗|されませ|が遅)|エラーメール|不達|届けでき|返信メール.*エラー|"
     r"メール.{0,8}(エラー|戻)"),
    ("zh",
     r"退信|(投递|投遞|传送|傳送|发送|發送|送达|傳遞)(失败|失敗|错误)|"
     r"(无法|無法|未能)(投递|投遞|送达|送達|传递|傳遞|传送|傳送|发送)|被退回"),
    ("ko",
     r"(배달|전송|전달).{0,6}(실패|되지|할 수|못)|반송|수신 ?거부"),
    ("ar",
     r"تعذر (ال)?(تسليم|إرسال)|لم يتم (ال)?تسليم|غير قابل للتسليم"),
    ("he",
     r"לא ניתן (למסור|למסירה|להעביר)|לא נמסר|מסירה נכשלה"),
)  # fmt: skip

TEXTS = (
    ("en",
     r"(could|can|was|were|is|has|have|did|does|will|would)( ?n.t|not| not)( yet)?"
     r"( been)?( be)?( able)?( to)?( be)? ?(deliver|sen[dt]|reach|forward|relay)|"
     r"unable to (be )?(deliver|send|relay)|"
     r"fail(ed|ure|ures|s)? (to|in|while|during|the)? ?(be )?(deliver|send)|"
     r"(deliver|send)(y|ing|ed) .{0,80}(fail|error|delay|abort|reject|problem)|"
     r"delivery (to|of) the following|"
     r"permanent (fatal )?(error|failure|delivery)|undeliver|non-?deliver|"
     r"message .{0,60}(reject|not accepted|refused|blocked)|"
     r"rejected (by|due|because|for)|"
     r"returned (to (you|sender|the sender)|message)|"
     r"(following|these|recipient) (addresses|recipients?).{0,60}"
     r"(fail|error|reject|problem|not)|"
     r"addresses? had (delivery |permanent |transient )|"
     r"had delivery (errors|problems)|"
     r"(user|recipient|mailbox|host|domain)(name)? (is )?"
     r"(unknown|not found|unavailable|rejected|full|not (listed|recogni))|"
     r"unknown (user|recipient|host|domain|address|local)|"
     r"no such (user|recipient|address|person|mailbox)|"
     r"not (listed in|a member of)|over ?quota|mailbox .{0,30}full|"
     r"invalid (user|address|recipient|mailbox)|incorrectly constructed|"
     r"transcript of session|no valid recipients|does ?n.t (like|exist)|"
     r"did not like|address not found|time limit exceeded|trouble delivering|"
     r"still being retried|gave up|giving up|bounced? (notif|e-?mail|message)|"
     r"failed (recipient|address)|failure reasons"),
    ("de",
     r"nicht (\w+ ){0,3}(zugestellt|zustell|ausgeliefert|übermittel|gesendet|erreich)|"
     r"zustellung .{0,60}(fehl|nicht|gescheitert)|unzustellbar|abgelehnt|"
     r"empfänger .{0,40}(unbekannt|nicht)|zurückgewiesen"),
    ("fr",
     r"(n.a|n.ont|ne) .{0,20}(remis|délivr|distribu|livr|envoy|achemin)|"
     r"échec .{0,40}(remise|distribution|envoi|livraison)|"
     r"impossible .{0,40}(remettre|distribuer|délivrer|livrer|envoyer)|"
     r"non (remis|distribu|délivr)|destinataire .{0,40}inconnu"),
    ("es",
     r"no .{0,30}(entreg|envia|enviar)|entrega .{0,40}(fall|error|retras)|"
     r"error .{0,30}(entreg|envi)|devuelto|usuario desconocido|"
     r"destinatario .{0,40}no"),
    ("pt",
     r"não .{0,30}(entreg|enviad|enviar)|falha .{0,40}(entrega|envio)|devolvid|"
     r"destinatário .{0,40}(não|desconhecido)"),
    ("it",
     r"non .{0,30}(recapit|consegn|inviat|inoltr)|"
     r"impossibile .{0,40}(recapit|consegn|invi)|mancat[ao] (recapito|consegna)|"
     r"utente sconosciuto"),
    ("nl",
     r"(niet|kon) .{0,40}(af|be)?(geleverd|bezorgd|leveren|verzonden)|"
     r"onbestelbaar|bezorging .{0,80}mislukt"),
    ("pl",
     r"nie .{0,40}(dostarcz|doręcz|wysł)|niedostarcz|"
     r"dostarcz\w+ .{0,80}nie powiodło"),
    ("ru",
     r"не .{0,40}доставлен|недоставлен|"
     r"(невозможно|не удал.{0,12}|не удается) (доставить|отправить)|отклонен"),
    ("uk",
     r"не .{0,40}доставлен|(неможливо|не вдалося) доставити"),
    ("cs",
     r"ne(mohl|lze|podařilo|byl).{0,30}doruč|nedoručit"),
    ("sv",
     r"(inte|ej) .{0,30}leverer|leverans\w* .{0,80}misslyck"),
    ("da, no",
     r"ikke .{0,30}lever|levering\w* .{0,80}(mislykke|mislyktes)"),
    ("fi",
     r"ei .{0,30}(toimit|välit)|toimitus epäonnistui"),
    ("hu",
     r"nem .{0,40}kézbesít|kézbesíthetetlen"),
    ("ro",
     r"nu .{0,30}livra|neliv?ra[tb]|livrarea .{0,80}nu a reușit"),
    ("hr, sr, bs, sl",
     r"(nije|nisu|ne može|ni) .{0,30}(isporuč|dostav|uspje|moguć|mogoče)|neisporuč|"
     r"isporuka .{0,80}nije|није .{0,30}(испоруч|достав)"),
    ("sk",
     r"nedoruč|doručenie .{0,80}zlyhalo|ne(bolo|mohla) .{0,30}doruč"),
    ("bg",
     r"не може .{0,30}достав|не беше доставен|недоставен"),
    ("et",
     r"(ei|pole) .{0,40}(toimeta|saadet)|ebaõnnestus"),
    ("lt",
     r"nepavyko .{0,30}pristaty|nepristaty"),
    ("lv",
     r"(nevar|neizdevās) .{0,30}piegād|nepiegād"),
    ("ca",
     r"no .{0,30}lliura"),
    ("vi",
     r"không (thể )?.{0,20}(gửi|chuyển|phát)"),
    ("th",
     r"ไม่สามารถส่ง|ส่งไม่สำเร็จ|ไม่สามารถจัดส่ง"),
    ("id, ms",
     r"(tidak|gagal) (dapat )?(terkirim|dikirim|dihantar)"),
    ("tr",
     r"(teslim|ilet|gönder)\w* ?edileme|iletileme|gönderileme|teslim edileme"),
    ("el",
     r"δεν .{0,40}(παραδ|παράδ)|αδυναμία παράδοσης"),
    ("ja",
     r"(配信|配送|配達|送信|送達|転送|投稿|お届け).{0,12}(できま|できな|不能|不可|エラー|失敗|されませ|ていませ|権限)|"
     r"メールボックス.{0,12}(一杯|いっぱい|超)|宛先.{0,20}(見つか|存在しま|不明)|送信できませ"),
    ("zh",
     r"(无法|無法|未能|不能).{0,12}(投递|投遞|送达|送達|传递|傳遞|传送|傳送|发送|發送|到达)|"
     r"(投递|投遞|发送|發送|传送|傳送).{0,6}(失败|失敗)|退信|被退回|退回"),
    ("ko",
     r"(배달|전송|전달|발송).{0,12}(실패|되지|할 수|못)|반송"),
    ("ar",
     r"تعذر (ال)?(تسليم|إرسال)|لم يتم (ال)?تسليم|غير قابل للتسليم|فشل (ال)?تسليم"),
    ("he",
     r"לא ניתן (למסור|למסירה|להעביר)|לא נמסר|מסירה .{0,60}נכשל"),
)  # fmt: skip

#: It is late, and will be tried again.
DELAYS = re.compile(
    r"warning (message )?only|no(t| action is| further action) (need|required)|"
    r"(has|have) been delayed|not yet been delivered|still being retried|"
    r"(will|be) (be |keep )?(retr(y|ied)|try(ing)? again|attempted again)|"
    r"will (continue|keep)|attempts will continue|temporar(y|ily) (fail|defer|"
    r"problem|unable)|delivery (is |was |has been )?(delayed|deferred)|"
    r"delayed \d+ (hour|day)|weiter(hin)? versucht|verzögert|retrasad|retardée?|"
    r"différée|atrasad|opóźni|fördröj|försenad|forsink|zpožd|odgođen|viiväst|"
    r"in ritardo|vertraagd|задержан|遅延|延迟|지연",
    re.IGNORECASE,
)
#: It is not, whatever else is said.
FINAL = re.compile(
    r"permanent(ly)?( fatal)?[ -](error|fail)|failed permanently|giv(en|ing) up|"
    r"not going to try again|no further (delivery )?attempts|has failed|could not be "
    r"delivered for .{0,30}(expired|returned)|time limit exceeded|returned to sender",
    re.IGNORECASE,
)
#: It has arrived, which some senders ask to be told.
SUCCESS = re.compile(
    r"\bsuccess(?:ful)?(?:ly)?\b.{0,40}deliver|deliver\w*\b.{0,40}\(?\bsuccess|"
    r"\((?:success|relayed?)\)|erfolgreich.{0,20}zugestellt",
    re.IGNORECASE,
)
#: What mail systems write as well.
OTHERS = re.compile(
    r"quarantine|digest|summary|statisti|newsletter|maintenance|wartung|invoice|"
    r"(?:daily|weekly|monthly) |storage|password",
    re.IGNORECASE,
)
#: Answers that people and their programs give to a message.
ANSWERS = re.compile(
    r"^\s*(re|aw|sv|antw|fwd?|wg|tr|rv|vs|fs|odp|res|enc|i|r)(\[\d+\])?\s*:|"
    r"^\s*(auto(matic)?[- ]?(reply|response|answer)|out of (the )?office|abwesen)",
    re.IGNORECASE,
)


def _joined(table: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile("|".join(words for _language, words in table), re.IGNORECASE)


SUBJECT = _joined(SUBJECTS)
TEXT = _joined(TEXTS)
