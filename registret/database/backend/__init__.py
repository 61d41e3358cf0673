"""Django's PostgreSQL, that does not wait for a database which is gone: settings.DATABASES names this package."""
