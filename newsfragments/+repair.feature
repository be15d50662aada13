Messages that break rules are repaired and routed like any other: unknown charsets,
broken header lines, a missing Message-ID, Date or sender, NUL bytes, bare carriage
returns, misspelt transfer encodings, boundaries that do not match. The ledger keeps
them byte for byte as they came.
