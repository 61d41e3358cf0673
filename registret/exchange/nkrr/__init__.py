"""NKRR, the national service by which record systems fill in registries' forms (RIV TA 2.1, NKRR 1.2.2)."""
