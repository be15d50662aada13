What programs write is never lost and never answered: alerts make records, automatic
answers show on the document they answer, and those that answer nothing make no record
unless a rule takes them.
Refusals go to no program and to nobody twice within an hour, so a storm leaves no storm.
**Autoresponders** of departments and aliases answer each sender once a day, with the null
return path, never beside Odoo's own notice of absence, and their answers show on the record.
