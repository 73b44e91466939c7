-- Decide a comment, undo its last decision within that one's window, or give it another wording where it stands: state,
-- queue, page, log and event in one step.
--
-- @include clock, held, moderation_log, outbox, page, tree, undo_window, waiting
--
-- KEYS
--   comment            hash    the comment
--   decisions          list    its decisions
--   lease              hash    who holds it
--   leases             zset    leased comments by the end of their lease
--   worst              zset    waiting comments by worst score
--   oldest             zset    waiting comments by age
--   useful             zset    waiting comments by what deciding them teaches
--   facets …           zset    waiting comments of one kind by age
--   reported           zset    reported comments by how many reports wait
--   reported_latest    zset    reported comments by their last report
--   escalated          zset    comments that were handed on, by when
--   spam               zset    comments marked as spam, by when
--   decided            zset    comments that people decided, by when
--   held               hash    how many comments are held and of how many bytes, of the site and of each network
--   about              hash    revision of the thread
--   thread             zset    public comments by age
--   tree               zset    paths of the thread's public comments
--   roots              zset    its first-level comments by age
--   roots_by_replies   zset    its first-level comments by how many are public there
--   in_undo_window     zset    changes of the page that wait for a window's end
--   author_key_counts  hash    published, refused: of the author key's holder
--   unsettled          zset    which of the author's comments count as what until their windows close
--   author_counts      hash    how many of the author's comments stand where
--   event              hash    the event of the decision
--   outbox             stream  events to fan out
-- KEYS to undo
--   undone_event       hash    the event of the decision that is undone
-- KEYS to reword
--   moderation_log     stream  the site's moderation log
--   comment_log        list    what moderators did to the comment beside deciding
-- ARGV
--   id                 comment id
--   version            version that the decider saw
--   token              lease token, or "" without one
--   outcome            outcome
--   decision           decision, JSON object
--   undo_window        undo window, ms
--   longest_undo       longest undo window, ms
--   escalated          "1" where it is handed on, or ""
--   gives_way          decider's id where another's lease stops them, else ""
--   longest_lease      length of the longest lease, ms
--   most_decided       decided comments that are listed
--   is_known           "1" where the author is known, or ""
--   event_id           event id
--   event_type         event type
--   event_data         event data, JSON
--   event_life         event life, ms
--   site               site
-- ARGV to reword
--   entry              the log's entry of the new wording, JSON object
--   most_logged        entries that the log keeps, about
--   worst              worst score
--   fields …           what else of the comment changes: fields and values
-- Answers  {"missing"} | {"stale", last decision} | {"lost", last decision} | {"taken", holder's id, name, ends}
--          | {"late"} | {"decided", last decision as stored}

local id, outcome, undoing, rewording = A.id, A.outcome, K.undone_event, A.entry

local was = {}
local fields = {'outcome', 'version', 'sequence', 'created_at', 'worst', 'undo_until', 'event', 'path', 'root_at',
    'useful', 'reports_seen', 'size', 'network'}
for n, value in ipairs(redis.call('HMGET', K.comment, unpack(fields))) do was[fields[n]] = value end

if not was.outcome then return {'missing'} end
-- A client that lost our answer and asked again gets the same one.
if was.event == A.event_id then return {'decided', redis.call('LINDEX', K.decisions, -1)} end
if was.version ~= A.version then return {'stale', redis.call('LINDEX', K.decisions, -1)} end
if A.token ~= '' and redis.call('HGET', K.lease, 'token') ~= A.token then
    return {'lost', redis.call('LINDEX', K.decisions, -1)}
end
if A.gives_way ~= '' then
    local holder, name = unpack(redis.call('HMGET', K.lease, 'holder', 'name'))
    local ends = redis.call('PTTL', K.lease)
    if holder and holder ~= A.gives_way and ends <= tonumber(A.longest_lease) then
        return {'taken', holder, name, now + ends}
    end
end
if undoing and is_over(tonumber(was.undo_until)) then return {'late'} end

local seen, seen_version, seen_until = public_outcome(K.comment)
local version, sequence = was.version + 1, was.sequence + 1
local window = tonumber(A.undo_window)
local undo_until = window > 0 and now + window or 0
local decision = '{"version":' .. version .. ',"at":' .. string.format('%d', now) .. ',"undo_until":'
    .. string.format('%d', undo_until) .. ',' .. string.sub(A.decision, 2)

-- Whoever decides has seen what readers reported; whoever takes that back has not, nor what came since. Who rewords it
-- has not decided yet.
local waiting = tonumber(redis.call('ZSCORE', K.reported, id) or 0)
local reports = undoing and outcome == 'published' and (was.reports_seen or 0) + waiting or rewording and waiting or 0

redis.call('HSET', K.comment, 'outcome', outcome, 'version', version, 'sequence', sequence, 'event', A.event_id,
    'undo_until', undo_until, 'before', seen, 'before_version', seen_version,
    'escalated', A.escalated, 'reports_seen', waiting)
redis.call('RPUSH', K.decisions, decision)
local size, worst = tonumber(was.size), was.worst
if rewording then
    for n = 1, #A.fields, 2 do
        size = size + #A.fields[n + 1] - redis.call('HSTRLEN', K.comment, A.fields[n])
    end
    worst = A.worst
    redis.call('HSET', K.comment, 'size', size, 'worst', worst, unpack(A.fields))
    log_entry(A.entry, {K.comment_log})
else
    redis.call('DEL', K.lease)
    redis.call('ZREM', K.leases, id)
end

-- The desk's lists.
local stamp = string.format('%d', now)
local waits = outcome == 'held' and A.escalated == ''
list_waiting(id, was.created_at, worst, was.useful, waits)
list(K.reported, reports, id, reports > 0)
if not rewording then list(K.reported_latest, stamp, id, reports > 0) end
list(K.escalated, stamp, id, A.escalated ~= '')
list(K.spam, stamp, id, outcome == 'spam')
list(K.decided, stamp, id, not waits)
redis.call('ZREMRANGEBYRANK', K.decided, 0, -1 - A.most_decided)

-- A network is known for as long as its comment is held.
if was.outcome == 'held' and outcome == 'held' then
    count_held(was.network, 0, size - was.size)
elseif was.outcome == 'held' then
    count_held(was.network, -1, -was.size)
    redis.call('HDEL', K.comment, 'network')
elseif outcome == 'held' then
    count_held(was.network, 1, size)
end

-- The page: it changes once this can't be undone any more, if it does.
make_due_changes()
local place = was.created_at .. ' ' .. was.root_at .. ' ' .. was.path
redis.call('ZREM', K.in_undo_window, 'show ' .. place, 'hide ' .. place)
local shows, will_show = seen == 'published', outcome == 'published'
if shows ~= will_show and undo_until > 0 then
    redis.call('ZADD', K.in_undo_window, undo_until, (will_show and 'show ' or 'hide ') .. place)
elseif shows ~= will_show or (shows and rewording) then
    if will_show then show(place) else hide(place) end
    redis.call('HINCRBY', K.about, 'revision', 1)
end

-- The author's standing, of which the door hears at that time too.
local counted = {published = 'published', rejected = 'refused', spam = 'refused'}
if counted[was.outcome] then redis.call('HINCRBY', K.author_key_counts, counted[was.outcome], -1) end
if counted[outcome] then redis.call('HINCRBY', K.author_key_counts, counted[outcome], 1) end
redis.call('ZREMRANGEBYSCORE', K.unsettled, '-inf', now)
if seen_until then redis.call('ZREM', K.unsettled, id .. ' ' .. seen .. ' ' .. was.outcome) end
if undo_until > 0 and seen ~= outcome then
    redis.call('ZADD', K.unsettled, undo_until, id .. ' ' .. seen .. ' ' .. outcome)
    redis.call('PEXPIRE', K.unsettled, A.longest_undo)
end
if A.is_known ~= '' then
    redis.call('HINCRBY', K.author_counts, was.outcome, -1)
    redis.call('HINCRBY', K.author_counts, outcome, 1)
end

if undoing then redis.call('HSET', K.undone_event, 'cancelled', 1) end
emit(id, sequence, math.max(now, undo_until))

return {'decided', decision}
