-- Log what a moderator did beside deciding, with the change that goes with it, in one step.
--
-- @include moderation_log
--
-- KEYS
--   moderation_log  stream  the site's moderation log
--   marks           hash    author key or address's fingerprint → mark
--   marked          set     the author keys that were marked along with the author
--   about           hash    the thread
--   concerned …     list    the entries of what this concerns
-- ARGV
--   id              entry's id
--   entry           entry, JSON object
--   most_logged     entries that the log keeps, about
--   change          "" to log alone | "mark" | "unmark" | "thread"
--   subject         what the entry is about: for a mark the author by identity
-- ARGV to mark
--   mark            mark
--   author_key      author key, or "" without one
-- ARGV to set
--   field           field of the thread
--   value           its value, or "" for none
-- Answers  the entry as stored

local last = redis.call('LINDEX', K.concerned[1], -1)
-- A client that lost our answer and asked again gets the same one.
if last and cjson.decode(last).id == A.id then return last end

local entry = log_entry(A.entry, K.concerned)

if A.change == 'mark' then
    redis.call('HSET', K.marks, A.subject, A.mark)
    if A.author_key ~= '' then
        redis.call('HSET', K.marks, A.author_key, A.mark)
        redis.call('SADD', K.marked, A.author_key)
    end
elseif A.change == 'unmark' then
    redis.call('HDEL', K.marks, A.subject, unpack(redis.call('SMEMBERS', K.marked)))
    redis.call('DEL', K.marked)
elseif A.change == 'thread' then
    if A.value == '' then
        redis.call('HDEL', K.about, A.field)
    else
        redis.call('HSET', K.about, A.field, A.value)
    end
    redis.call('HINCRBY', K.about, 'revision', 1)
end

return entry
