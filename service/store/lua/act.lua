-- Log what a moderator did beside deciding, with the change that goes with it, in one step.
--
-- KEYS  1 log      stream  the site's moderation log
--       2 marks    hash    author key or address's fingerprint → mark
--       3 marked   set     the author keys that were marked along with the author
--       4 about    hash    the thread
--       5 … lists  list    the entries of what the deed concerns
-- ARGV  1 entry's id    2 entry, JSON object    3 entries that the log keeps, about
--       4 "" to log alone | "mark" | "unmark" | "thread"
--       for mark: 5 mark    6 author by identity    7 author key, or "" without one
--       for unmark: 5 author by identity
--       for thread: 5 field    6 value, or "" for none
-- Answers  the entry as stored

local last = redis.call('LINDEX', KEYS[5], -1)
-- A client that lost our answer and asked again gets the same one.
if last and cjson.decode(last).id == ARGV[1] then return last end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local entry = '{"at":' .. string.format('%d', now) .. ',' .. string.sub(ARGV[2], 2)
for n = 5, #KEYS do redis.call('RPUSH', KEYS[n], entry) end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'entry', entry)

local change = ARGV[4]
if change == 'mark' then
    redis.call('HSET', KEYS[2], ARGV[6], ARGV[5])
    if ARGV[7] ~= '' then
        redis.call('HSET', KEYS[2], ARGV[7], ARGV[5])
        redis.call('SADD', KEYS[3], ARGV[7])
    end
elseif change == 'unmark' then
    redis.call('HDEL', KEYS[2], ARGV[5], unpack(redis.call('SMEMBERS', KEYS[3])))
    redis.call('DEL', KEYS[3])
elseif change == 'thread' then
    if ARGV[6] == '' then
        redis.call('HDEL', KEYS[4], ARGV[5])
    else
        redis.call('HSET', KEYS[4], ARGV[5], ARGV[6])
    end
    redis.call('HINCRBY', KEYS[4], 'revision', 1)
end

return entry
