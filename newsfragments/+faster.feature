From a server at 30 ms, 300 messages are fetched and processed 4.5 times as fast as in
stock Odoo, and a mailbox that does not answer holds up no other. Processing a message
takes less time than in stock Odoo: what Odoo looks up again and again for one message
is looked up once. Changes of aliases hold from the next message on.
