Processing a message takes less time than in stock Odoo: what Odoo looks up again and
again for one message is looked up once. Changes of aliases hold from the next message on.
