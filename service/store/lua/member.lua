-- Store a person or a token, or forget them, and count that people and tokens changed: whoever keeps their names sees it.
--
-- KEYS  1 members  hash    people or tokens: id → Member as JSON
--       2 names    hash    case-folded sign-in name → person id
--       3 sites    hash    *: how often people and tokens came and went
-- ARGV  1 id    2 JSON, or "" to forget    3 sign-in name, or "" for a token    4 the count at which names were compared
-- Answers  {"changed"} (since they were compared) | {"taken"} (the sign-in name) | {"stored"} | {"forgotten"} | {"missing"}

local id, json, name = ARGV[1], ARGV[2], ARGV[3]

if json == '' then
    if redis.call('HDEL', KEYS[1], id) == 0 then return {'missing'} end
    if name ~= '' then redis.call('HDEL', KEYS[2], name) end
    redis.call('HINCRBY', KEYS[3], '*', 1)
    return {'forgotten'}
end

-- A client that lost our answer and asked again gets the same one.
if redis.call('HGET', KEYS[1], id) == json then return {'stored'} end
if (redis.call('HGET', KEYS[3], '*') or '0') ~= ARGV[4] then return {'changed'} end
if name ~= '' and redis.call('HSETNX', KEYS[2], name, id) == 0 then return {'taken'} end
redis.call('HSET', KEYS[1], id, json)
redis.call('HINCRBY', KEYS[3], '*', 1)
return {'stored'}
