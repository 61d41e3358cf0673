"""A definition as others read it: FHIR questionnaires and measures, a code book."""
