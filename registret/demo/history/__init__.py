"""What the clinics of the demo country have registered in the years before: invented, and as a doctor would expect it.

`case` is a patient who arrives, and how well the clinic works then; the modules named as sub-registries tell what
becomes of one, as answers to the form. `registering` makes episodes of them, by the form's own checks; `loading` writes
them into the database, and `filling` does so for all clinics while the demo runs.
"""
