"""Bodies as integrators send them, for OpenAPI and for the tests that send each of them."""

from typing import Any

AGENT_BODY = {
    "name": "Customer Support Agent",
    "description": "Handles customer inquiries",
    "system_prompt": "You are a helpful customer support agent...",
    "model": "gpt-4o-mini",
    "temperature": 0.7,
    "max_tokens": 2000,
    "enabled": True,
    "voice_settings": {"voice": "alloy", "language": "en"},
}
AGENT_PATCH = {"name": "Updated Agent Name", "enabled": False}
CONTACT_BODY = {
    "email": "jane@example.com",
    "first_name": "Jane",
    "last_name": "Smith",
    "company_name": "Tech Corp",
    "tags": ["prospect"],
}
CONTACT_PATCH = {"phone": "+390612345678", "company_name": "Acme Corp", "tags": ["lead", "vip"]}
DEAL_BODY = {"title": "License", "value": 50000, "stage": "proposal", "probability": 75, "expected_close_date": "2024-02-01"}
DEAL_PATCH = {"stage": "negotiation", "probability": 80}
MESSAGE_BODY = {
    "content": "User message here",
    "attachments": [{"url": "https://example.com/file.pdf", "type": "application/pdf", "name": "document.pdf", "size": 1024000}],
}
MESSAGE_PATCH = {"markAsRead": True, "reaction": "👍"}
SEARCH_BODY = {"query": "refund policy", "limit": 5, "threshold": 0.7}
CONVERSATION_PATCH = {"status": "ended", "tags": ["resolved"]}


def body_example(example: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI's place for an example of a JSON body."""
    return {"requestBody": {"content": {"application/json": {"example": example}}}}


DOCUMENT_PATCH = {
    "title": "Returns and refunds",
    "description": "What customers may send back, and until when",
    "metadata": {"language": "en"},
}
FILE_PART = {"type": "string", "format": "binary", "description": "PDF, DOCX, text, Markdown, CSV or HTML; 10 MB unless set otherwise."}
SAID_PARTS: dict[str, dict[str, Any]] = {
    "title": {"type": "string", "maxLength": 300, "description": "What people call it; the file's name unless said."},
    "description": {"type": "string", "maxLength": 2000, "description": "What is in it."},
    "agent_id": {"type": "string", "format": "uuid", "description": "The agent that it is for; all of the company's unless said."},
    "metadata": {"type": "string", "format": "json", "description": "Anything else, as a JSON object; searches can be held to it."},
}


def form(**parts: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI's place for a form with a file."""
    schema = {"type": "object", "required": ["file"], "properties": {"file": FILE_PART} | parts}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


UPLOAD_FORM = form(**SAID_PARTS)
FILE_FORM = form()
