# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What autoresponders put before the subject of the message they answer, language by
language. People write some of it as well.

>>> SUBJECT.match("[Auto-Reply] Offer") is None, SUBJECT.match("An answer") is None
(False, True)
"""

import re

#: (language, how such a subject begins).
SUBJECTS = (
    ("en",
     r"auto\s*:|auto(matic|mated)?[ -]?(reply|response|answer)|"
     r"out[ -]of[ -](the[ -])?office|vacation (reply|response|message|notice)|"
     r"away from (my|the) (mail|desk|office)"),
    ("de",
     r"automatische (e-?mail-?)?antwort|autoantwort|abwesend|"
     r"abwesenheit(s(notiz|assistent|nachricht|meldung)|:)"),
    ("fr",
     r"réponse automatique|(absence|absent\w*) du bureau|message d.absence"),
    ("es, ca",
     r"respuesta automática|fuera de (la )?oficina|resposta automàtica"),
    ("pt",
     r"resposta automática|ausência temporária|fora do escritório"),
    ("it",
     r"risposta automatica|fuori (sede|ufficio)"),
    ("nl",
     r"automatisch antwoord|afwezigheid(sbericht|smelding|:)|niet aanwezig:"),
    ("pl",
     r"odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź"),
    ("cs, sk",
     r"automatická odpověď|automatická odpoveď"),
    ("sv, da, no",
     r"autosvar|automatiskt? svar|frånvaro:|ikke til ?stede:"),
    ("fi, et",
     r"automaattinen vastaus|poissa(olo\w*)?:|automaatvastus"),
    ("hu",
     r"automatikus válasz"),
    ("ro",
     r"răspuns automat"),
    ("tr",
     r"otomatik (yanıt|cevap)"),
    ("hr, sr, bs, sl",
     r"automatski odgovor|аутоматски одговор|samodejni odgovor"),
    ("lt, lv",
     r"automatinis atsakymas|automātisk[āa] atbilde"),
    ("ru, uk, bg",
     r"автоматический ответ|автоответ|автоматична відповідь|автоматичен отговор"),
    ("el",
     r"αυτόματη απάντηση"),
    ("ja",
     r"自動(返信|応答)|不在(通知|連絡)"),
    ("zh",
     r"自动(回复|答复)|自動(回覆|回復|答覆)"),
    ("ko",
     r"자동 ?(회신|응답|답장)|부재중 (자동|알림|회신|응답)"),
    ("ar, he",
     r"(ال)?رد (ال)?تلقائي|الرد التلقائي|מענה אוטומטי|תשובה אוטומטית"),
    ("vi, th, id",
     r"trả lời tự động|ตอบกลับอัตโนมัติ|(balasan|jawapan) (otomatis|automatik)"),
)  # fmt: skip

#: Such a subject, perhaps in brackets. Answers to one are written by people.
SUBJECT = re.compile(
    r"\s*[\[【(*]?\s*(?:" + "|".join(words for _language, words in SUBJECTS) + ")",
    re.IGNORECASE,
)
