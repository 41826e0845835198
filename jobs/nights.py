"""Local clock times on local dates: the time of a night exists once per date, whatever summer time does.

A time that the clocks skip in spring is taken as it would have been before the change (02:30 becomes 03:30); one that
comes twice in autumn is the first of the two (PEP 495, fold=0).
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def local_now() -> datetime:
    """Now, in this machine's zone with its rules of summer time."""
    import tzlocal

    return datetime.now(tzlocal.get_localzone())


def last_night(now: datetime, clock: str) -> tuple[date, datetime]:
    """The newest date whose `clock` (HH:MM) is not in the future, and that moment in UTC."""
    today = now.date()
    moments = ((day, _moment(day, clock, _zone(now))) for day in (today, today - timedelta(days=1)))
    return next((day, at) for day, at in moments if at <= now.astimezone(UTC))


def next_night(now: datetime, clock: str) -> datetime:
    """When `clock` comes next, in the zone of `now`."""
    days = (now.date() + timedelta(days=ahead) for ahead in (0, 1))
    moments = (_moment(day, clock, _zone(now)) for day in days)
    return next(at for at in moments if at > now.astimezone(UTC)).astimezone(_zone(now))


def _moment(day: date, clock: str, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def _zone(now: datetime) -> tzinfo:
    zone = now.tzinfo
    assert zone is not None, "a scheduler's clock must know its zone"
    return zone
