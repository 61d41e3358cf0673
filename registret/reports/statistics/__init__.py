"""Statistics of the reports: numbers in, numbers out. Standard library only; no Django, no database, no words.

Every function names its source. docs/statistics.md says which method a report uses, and why. One-sided tail
probabilities say how sure an answer is: QUESTION (two-sided 95 %) and ALARM (99.8 %).
"""
