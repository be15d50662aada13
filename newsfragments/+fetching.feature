A mailbox fetches several folders, so many messages at a time, and up to a size; what was
fetched is marked as read, moved, deleted or left alone once it has ended well. Mailboxes
are fetched at the same time, a failing one backs off, recovers by itself, is never
switched off, and its responsible user is told once.
