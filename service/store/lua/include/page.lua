-- What a page shows, and when that changes: its sets hold what is public, no less and no more. What a decision will change
-- there waits by the end of its undo window, and is done by whoever looks at the page, or changes it, next.
--
-- @include clock, tree

-- Make the changes of the page whose windows have closed.
local function make_due_changes()
    local ranges = {{'-inf', string.format('%d', now)}, {string.format('(%d', now + A.longest_undo), '+inf'}}
    for _, range in ipairs(ranges) do
        local due = redis.call('ZRANGEBYSCORE', K.in_undo_window, unpack(range))
        for _, change in ipairs(due) do
            local what, place = string.match(change, '^(%l+) (%S+ %S+ %S+)$')
            if what == 'show' then show(place) elseif what == 'hide' then hide(place) end
        end
        if #due > 0 then
            redis.call('ZREMRANGEBYSCORE', K.in_undo_window, unpack(range))
            redis.call('HINCRBY', K.about, 'revision', #due)
        end
    end
end
