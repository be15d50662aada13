Reports count only for addresses that mail of this Odoo went to, which a mark in all that is
sent proves: bounces of mail that went to others, forged delivery reports and complaints
change nothing any more. A bounce of mail that is not known any more counts as in Odoo. Fields
for internal use (`X-Mail-Gateway-…`, `X-Odoo-…`) that come from outside are taken off
before Odoo gets a message. Mail whose subject alone looks like an automatic answer is no
longer stopped by the loop guard.
