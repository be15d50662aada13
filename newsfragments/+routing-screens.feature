Conditions of rules offer only the comparisons that their field takes, and may ask whether a
header is there. **Order of Routing** stays short with many rules, **Try a Route** never
shows what was found about another message, and **Autoresponders** stand in the application
**Mail Gateway** too.
