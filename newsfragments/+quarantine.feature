Operators look at messages safely (no script runs, nothing is loaded), and have them
processed again, send them to a record, ignore or delete them, or answer their sender.
What is no longer needed is removed after days that the General Settings name; there, one
switch also pauses all fetching. Uninstalling exports the quarantine as zip files, and a
neutralized copy of a database fetches nothing.
