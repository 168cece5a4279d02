"""What a provider has shown to work, one row for each step of a connection."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, KeyText, Seq, UtcDateTime


class ConnectionTick(Base):
    """The first request with a token that showed a step of its connection to work.

    The request goes with the log, the tick stays.
    """

    __tablename__ = "connection_ticks"

    organization_seq: Mapped[int] = mapped_column(
        Seq, ForeignKey("organizations.seq", ondelete="CASCADE"), primary_key=True
    )
    token_public_id: Mapped[str] = mapped_column(Text, primary_key=True)
    step: Mapped[str] = mapped_column(Text, primary_key=True)
    request_id: Mapped[str] = mapped_column(KeyText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
