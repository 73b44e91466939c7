-- Store a person or a token, or forget them, and count that people and tokens changed: whoever keeps their names sees it.
--
-- KEYS
--   members  hash  people or tokens: id → Member as JSON
--   names    hash  case-folded sign-in name → person id
--   sites    hash  *: how often people and tokens came and went
-- ARGV
--   id       id
--   member   JSON, or "" to forget
--   name     sign-in name, or "" for a token
--   changes  the count at which names were compared
-- Answers  {"changed"} (since they were compared) | {"taken"} (the sign-in name) | {"stored"} | {"forgotten"} | {"missing"}

if A.member == '' then
    if redis.call('HDEL', K.members, A.id) == 0 then return {'missing'} end
    if A.name ~= '' then redis.call('HDEL', K.names, A.name) end
    redis.call('HINCRBY', K.sites, '*', 1)
    return {'forgotten'}
end

-- A client that lost our answer and asked again gets the same one.
if redis.call('HGET', K.members, A.id) == A.member then return {'stored'} end
if (redis.call('HGET', K.sites, '*') or '0') ~= A.changes then return {'changed'} end
if A.name ~= '' and redis.call('HSETNX', K.names, A.name, A.id) == 0 then return {'taken'} end
redis.call('HSET', K.members, A.id, A.member)
redis.call('HINCRBY', K.sites, '*', 1)
return {'stored'}
