"""A definition as others read it: FHIR questionnaires and measures, a study in CDISC ODM, a code book."""
