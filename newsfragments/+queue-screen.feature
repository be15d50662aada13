**Mail Queue** shows where each mail stands: waiting, retrying with the next time, stopped by
which fault, uncertain, failed, sent; and for each server the pace used, the last success and
what to do when it is stopped. Mails are retried, sent through another server or as another
sender, or cancelled, one or thousands in the background with a bar of progress. A graph
counts what was sent, put off and failed by the hour.
