-- What is public: one answer for every script that asks. It stands before those that say so, and runs in none alone.
--
-- While a decision can be undone, the public sees what it saw before. So a comment knows, beside its outcome, until when
-- that can be undone and what is public until then; and the sets of its page hold what is public, no less and no more.
-- What a decision will change there waits in `soon`, and is done by whoever looks at the page, or changes it, next.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Whether a window that closes at *ends* has closed; *longest* is the longest window, ms. What would close later than
-- any can was opened by a clock that went back since: it has closed.
local function is_over(ends, longest) return not ends or ends <= now or ends > now + longest end

-- The outcome of *comment* that is public, by which version of it, and until when that stays so if a window is open.
-- No outcome where there is no such comment.
local function seen_of(comment, longest)
    local outcome, version, ends, before, before_version = unpack(redis.call('HMGET', comment, 'outcome', 'version',
        'undo_until', 'before', 'before_version'))
    if not outcome or is_over(tonumber(ends), longest) then return outcome, version end
    return before or 'held', before_version or version - 1, tonumber(ends)
end

-- Let a comment show on *page*, its keys by name, or hide it there. *place* is "<created_at> <root_at> <path>".
local function show(page, place)
    local created_at, root_at, path = string.match(place, '^(%S+) (%S+) (%S+)$')
    if redis.call('ZADD', page.tree, 0, path) == 0 then return end
    local root = string.match(path, '^[^/]+')
    redis.call('ZADD', page.thread, created_at, string.match(path, '[^/]+$'))
    redis.call('ZADD', page.roots, root_at, root)
    redis.call('ZINCRBY', page.busy, 1, root)
end

local function hide(page, place)
    local path = string.match(place, '%S+$')
    if redis.call('ZREM', page.tree, path) == 0 then return end
    local root = string.match(path, '^[^/]+')
    redis.call('ZREM', page.thread, string.match(path, '[^/]+$'))
    if tonumber(redis.call('ZINCRBY', page.busy, -1, root)) <= 0 then
        redis.call('ZREM', page.roots, root)
        redis.call('ZREM', page.busy, root)
    end
end

-- Make the changes of *page* whose windows have closed.
local function settle(page, longest)
    for _, range in ipairs({{'-inf', string.format('%d', now)}, {string.format('(%d', now + longest), '+inf'}}) do
        local due = redis.call('ZRANGEBYSCORE', page.soon, unpack(range))
        for _, change in ipairs(due) do
            local what, place = string.match(change, '^(%l+) (%S+ %S+ %S+)$')
            if what == 'show' then show(page, place) elseif what == 'hide' then hide(page, place) end
        end
        if #due > 0 then
            redis.call('ZREMRANGEBYSCORE', page.soon, unpack(range))
            redis.call('HINCRBY', page.about, 'revision', #due)
        end
    end
end

