-- Find the members of a sorted set behind a place in it, equal scores by member. The place stays true when its member has
-- left: among those of its score it is then searched for by halves, so that a million equal scores cost twenty looks.
--
-- KEYS  1 any    zset
-- ARGV  1 score, or "" to begin    2 member    3 how many at most    4 "down" from the highest score, or "up"
-- Answers  {member, score, …}

-- By bytes, as sorted sets are: Lua's own comparison goes by the server's locale.
local function is_less(one, other)
    for n = 1, math.min(#one, #other) do
        local a, b = string.byte(one, n), string.byte(other, n)
        if a ~= b then return a < b end
    end
    return #one < #other
end

local down = ARGV[4] == 'down'
local range, rank, count = 'ZRANGE', 'ZRANK', redis.call('ZCARD', KEYS[1])
if down then range, rank = 'ZREVRANGE', 'ZREVRANK' end

local first = 0
if ARGV[1] ~= '' then
    local score, member = tonumber(ARGV[1]), ARGV[2]
    local at = tonumber(redis.call('ZSCORE', KEYS[1], member)) == score and redis.call(rank, KEYS[1], member)
    if at then
        first = at + 1
    else
        local closed, open = ARGV[1], '(' .. ARGV[1]
        first = redis.call('ZCOUNT', KEYS[1], down and open or '-inf', down and '+inf' or open)
        local last = first + redis.call('ZCOUNT', KEYS[1], closed, closed)
        while first < last do
            local middle = math.floor((first + last) / 2)
            local other = redis.call(range, KEYS[1], middle, middle)[1]
            local is_before
            if down then is_before = is_less(member, other) else is_before = is_less(other, member) end
            if is_before then first = middle + 1 else last = middle end
        end
    end
end

return redis.call(range, KEYS[1], first, first + ARGV[3] - 1, 'WITHSCORES')
