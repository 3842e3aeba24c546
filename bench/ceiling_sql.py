"""The ceiling's statements, written by hand: one per work item, each printing the whole answer.

The company is bound in the same round trip: PostgreSQL evaluates the CASE before the sub-select, so row level security sees it.
The connection's time zone is UTC, so that every time ends in +00:00, for which Z is put. Values of enumerations
and identifiers need no escaping, so they are quoted as they are; JSON_SCALAR is cheaper than to_json, and turning texts over than
sorting their rows once more (docs/decisions/0017-postgresql-18.md).
"""

CONVERSATION = """
'{"id":"' || v.id::text
|| '","agent_id":' || coalesce('"' || v.agent_id::text || '"', 'null')
|| ',"contact_id":' || coalesce('"' || v.contact_id::text || '"', 'null')
|| ',"user_id":' || coalesce('"' || v.user_id::text || '"', 'null')
|| ',"channel":"' || v.channel || '","status":"' || v.status
|| '","started_at":' || replace(JSON_SCALAR(v.started_at)::text, '+00:00', 'Z')
|| ',"ended_at":' || coalesce(replace(JSON_SCALAR(v.ended_at)::text, '+00:00', 'Z'), 'null')
|| ',"tags":' || array_to_json(v.tags)::text
|| ',"metadata":' || v.metadata::text
|| ',"summary":' || coalesce(JSON_SCALAR(v.summary)::text, 'null')
|| ',"summary_updated_at":' || coalesce(replace(JSON_SCALAR(v.summary_updated_at)::text, '+00:00', 'Z'), 'null')
|| ',"summary_message_count":' || coalesce(v.summary_message_count::text, 'null')
|| ',"message_count":' || v.message_count::text
|| ',"last_message_at":' || coalesce(replace(JSON_SCALAR(v.last_message_at)::text, '+00:00', 'Z'), 'null')
|| ',"created_at":' || replace(JSON_SCALAR(v.created_at)::text, '+00:00', 'Z')
|| ',"updated_at":' || replace(JSON_SCALAR(v.updated_at)::text, '+00:00', 'Z')
|| ',"_id":"' || v.id::text
|| '","company_id":"' || v.company_id::text || '"}'
"""

CONTACT = """
'{"id":"' || c.id::text
|| '","email":' || coalesce(JSON_SCALAR(c.email)::text, 'null')
|| ',"phone":' || coalesce(JSON_SCALAR(c.phone)::text, 'null')
|| ',"first_name":' || coalesce(JSON_SCALAR(c.first_name)::text, 'null')
|| ',"last_name":' || coalesce(JSON_SCALAR(c.last_name)::text, 'null')
|| ',"company_name":' || coalesce(JSON_SCALAR(c.company_name)::text, 'null')
|| ',"tags":' || array_to_json(c.tags)::text
|| ',"metadata":' || c.metadata::text
|| ',"created_at":' || replace(JSON_SCALAR(c.created_at)::text, '+00:00', 'Z')
|| ',"updated_at":' || replace(JSON_SCALAR(c.updated_at)::text, '+00:00', 'Z')
|| ',"company_id":"' || c.company_id::text || '"}'
"""

R1 = f"""
SELECT CASE WHEN set_config('app.company_id', $1, true) IS NOT NULL THEN (
  SELECT '{{"conversations":[' || coalesce(string_agg({CONVERSATION}, ','), '')
    || '],"total":' || (SELECT count(*) FROM conversations)::text || ',"limit":20,"offset":0}}'
  FROM (SELECT * FROM conversations ORDER BY started_at DESC, id DESC LIMIT 20) v
) END
"""

R2 = f"""
SELECT CASE WHEN set_config('app.company_id', $1, true) IS NOT NULL THEN (
  SELECT '{{"contact":' || {CONTACT} || ',"conversations":[' || coalesce((
      SELECT string_agg({CONVERSATION}, ',')
      FROM (SELECT * FROM conversations WHERE contact_id = c.id ORDER BY started_at DESC, id DESC LIMIT 20) v), '')
    || '],"total":' || (SELECT count(*) FROM conversations WHERE contact_id = c.id)::text || '}}'
  FROM contacts c WHERE c.id = $2
) END
"""

# Joins, not sub-selects, for the agent and the contact: few agents are read once instead of once per conversation.
Q1 = """
SELECT CASE WHEN set_config('app.company_id', $1, true) IS NOT NULL THEN (
  SELECT '{"data":{"conversations":{"nodes":[' || coalesce(string_agg(
    '{"id":"' || v.id::text || '","status":"' || upper(v.status) || '","channel":"' || upper(v.channel)
    || '","startedAt":' || replace(JSON_SCALAR(v.started_at)::text, '+00:00', 'Z')
    || ',"agent":' || coalesce('{"id":"' || a.id::text || '","name":' || JSON_SCALAR(a.name)::text || '}', 'null')
    || ',"contact":' || CASE WHEN c.id IS NULL THEN 'null' ELSE '{"id":"' || c.id::text
      || '","firstName":' || coalesce(JSON_SCALAR(c.first_name)::text, 'null')
      || ',"lastName":' || coalesce(JSON_SCALAR(c.last_name)::text, 'null')
      || ',"email":' || coalesce(JSON_SCALAR(c.email)::text, 'null') || '}' END
    || ',"messages":{"nodes":[' || coalesce((
      SELECT array_to_string(array_reverse(array_agg('{"id":"' || m.id::text || '","senderType":"' || upper(m.sender_type)
        || '","content":' || JSON_SCALAR(m.content)::text
        || ',"createdAt":' || replace(JSON_SCALAR(m.created_at)::text, '+00:00', 'Z') || '}')), ',')
      FROM (SELECT id, sender_type, content, created_at FROM messages
            WHERE conversation_id = v.id ORDER BY created_at DESC, id DESC LIMIT 5) m), '') || ']}}',
    ',' ORDER BY v.started_at DESC, v.id DESC), '') || ']}}}'
  FROM (SELECT id, status, channel, started_at, agent_id, contact_id FROM conversations ORDER BY started_at DESC, id DESC LIMIT 20) v
  LEFT JOIN agents a ON a.id = v.agent_id
  LEFT JOIN contacts c ON c.id = v.contact_id
) END
"""

Q2 = """
SELECT CASE WHEN set_config('app.company_id', $1, true) IS NOT NULL THEN (
  SELECT '{"data":{"conversation":' || coalesce((
    SELECT '{"id":"' || v.id::text || '","status":"' || upper(v.status) || '","messages":{"nodes":[' || coalesce((
      SELECT string_agg('{"id":"' || m.id::text || '","senderType":"' || upper(m.sender_type) || '","role":"' || upper(m.role)
        || '","content":' || JSON_SCALAR(m.content)::text
        || ',"createdAt":' || replace(JSON_SCALAR(m.created_at)::text, '+00:00', 'Z') || '}', ',')
      FROM (SELECT id, sender_type, role, content, created_at FROM messages
            WHERE conversation_id = v.id ORDER BY created_at, id LIMIT 50) m), '') || ']}}'
    FROM conversations v WHERE v.id = $2), 'null') || '}}'
) END
"""

Q3 = """
SELECT CASE WHEN set_config('app.company_id', $1, true) IS NOT NULL THEN (
  SELECT '{"data":{"contacts":{"nodes":[' || coalesce(string_agg(
    '{"id":"' || c.id::text || '","firstName":' || coalesce(JSON_SCALAR(c.first_name)::text, 'null')
    || ',"lastName":' || coalesce(JSON_SCALAR(c.last_name)::text, 'null')
    || ',"email":' || coalesce(JSON_SCALAR(c.email)::text, 'null')
    || ',"companyName":' || coalesce(JSON_SCALAR(c.company_name)::text, 'null')
    || ',"tags":' || array_to_json(c.tags)::text
    || ',"createdAt":' || replace(JSON_SCALAR(c.created_at)::text, '+00:00', 'Z') || '}', ','), '') || ']}}}'
  FROM (SELECT id, first_name, last_name, email, company_name, tags, created_at FROM contacts
        WHERE strpos(search, (SELECT lower($2))) > 0 AND grams @@ (SELECT quote_literal($1)::tsquery)
          AND grams @@ (SELECT substring_query($1::uuid, lower($2))) ORDER BY created_at DESC, id DESC LIMIT 50) c
) END
"""
