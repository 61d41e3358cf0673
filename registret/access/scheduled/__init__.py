"""What becomes due by the clock: one module for each kind, one function for each chore of `registret.chores.table`.

A chore may run at any time, again, and on several machines at once. A letter is written in one transaction with its
`Notice`, of which the database accepts only one; an act looks again at its row once that is locked. A chore that is
late does what it would have done in time, except for a warning that the next warning has overtaken.
"""
