-- A copy of a database must not take the mail away from its original: it fetches
-- nothing, sends nothing, and can log in nowhere.
UPDATE fetchmail_server
   SET active = false,
       state = 'draft',
       password = NULL,
       next_fetch = NULL,
       error_date = NULL,
       error_message = NULL;

-- tokens of other addons' mailboxes, for the same account
DO $$
DECLARE token record;
BEGIN
    FOR token IN
        SELECT column_name
          FROM information_schema.columns
         WHERE table_schema = current_schema()
           AND table_name = 'fetchmail_server'
           AND column_name ~ '_(access|refresh)_token(_expiration)?$'
    LOOP
        EXECUTE format('UPDATE fetchmail_server SET %I = NULL', token.column_name);
    END LOOP;
END $$;

-- the switch of all fetching is off, should somebody confirm a mailbox again, and that of
-- the queue, which would keep asking servers that are not there
INSERT INTO ir_config_parameter (key, value)
VALUES ('mail_gateway_plus.fetch_paused', 'True'),
       ('mail_gateway_plus.sending_paused', 'True')
    ON CONFLICT (key) DO UPDATE SET value = 'True';

-- nothing is processed, and nothing purged, whatever other addons do to actions
UPDATE ir_cron
   SET active = false
 WHERE id IN (
       SELECT res_id
         FROM ir_model_data
        WHERE model = 'ir.cron'
          AND module = 'mail_gateway_plus'
);
