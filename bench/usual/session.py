"""Who asks, and a session to answer with."""

import os
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

SECRET = os.environ.get("BENCH_JWT_SECRET", "")
engine = create_async_engine(os.environ.get("BENCH_DATABASE_URL", "postgresql://").replace("postgresql://", "postgresql+asyncpg://"))
make_session = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


class CurrentUser(BaseModel):
    """Who asks, by the token."""

    id: UUID
    company_id: UUID


async def current_user(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> CurrentUser:
    """Check the token, on each request."""
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"], audience="authenticated")
    except jwt.PyJWTError:
        raise HTTPException(401, "Invalid token") from None
    return CurrentUser(id=claims["sub"], company_id=claims["company_id"])


async def get_session() -> AsyncIterator[AsyncSession]:
    """A session per request."""
    async with make_session() as session:
        yield session


User = Annotated[CurrentUser, Depends(current_user)]
Session = Annotated[AsyncSession, Depends(get_session)]
