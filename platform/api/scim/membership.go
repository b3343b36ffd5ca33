package scim

import (
	"maps"
	"slices"
)

// fewUsers is for how many users it is looked through the groups for each, in place of once for everybody.
const fewUsers = 8

// memberOf gives what says in which groups a user is: true directly, false by way of others. It is to be asked about so many users.
func (h *house) memberOf(users int) func(id string) map[string]bool {
	if users <= fewUsers {
		return h.groupsOfOne
	}
	all := h.memberships()
	return func(id string) map[string]bool { return all[id] }
}

// memberships says of every user which groups he or she is in: true directly, false by way of others. Groups that hold each other end.
func (h *house) memberships() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for top := range h.groups {
		for user, direct := range h.within(h.groups[top]) {
			if out[user] == nil {
				out[user] = map[string]bool{}
			}
			out[user][top] = direct
		}
	}
	return out
}

// within gives a group's users: true directly, false by way of groups in it.
func (h *house) within(top *resource) map[string]bool {
	out := map[string]bool{}
	if top == nil {
		return out
	}
	seen := map[string]bool{top.ID: true}
	for queue := []*resource{top}; len(queue) > 0; queue = queue[1:] {
		for m := range membersOf(queue[0]) {
			if h.users[m] != nil {
				out[m] = out[m] || queue[0] == top
			} else if h.groups[m] != nil && !seen[m] {
				seen[m] = true
				queue = append(queue, h.groups[m])
			}
		}
	}
	return out
}

// groupsOfOne is memberships of one user.
func (h *house) groupsOfOne(id string) map[string]bool {
	out := map[string]bool{}
	holds := func(member string, how bool) (found []string) {
		for g, r := range h.groups {
			for m := range membersOf(r) {
				if _, known := out[g]; m == member && !known {
					out[g] = how
					found = append(found, g)
					break
				}
			}
		}
		return found
	}
	for up := holds(id, true); len(up) > 0; up = up[1:] {
		up = append(up, holds(up[0], false)...)
	}
	return out
}

// touched are the users whose groups are others when a group becomes what it is now: of those within it before and now, those who were not in
// both, and all of them when it has another name.
func (h *house) touched(was *resource, before map[string]bool, is *resource) []string {
	now := h.within(is)
	named := was != nil && is != nil && was.text("displayName") == is.text("displayName")
	out := map[string]bool{}
	for _, side := range []map[string]bool{before, now} {
		for id := range side {
			_, a := before[id]
			_, b := now[id]
			if h.users[id] != nil && !(named && a && b) {
				out[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(out))
}

// names of groups, sorted, each once.
func (h *house) names(in map[string]bool) []string {
	var out []string
	for id := range in {
		out = append(out, h.groups[id].text("displayName"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// membersOf gives the ids of a group's members.
func membersOf(g *resource) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		all, _ := g.Data["members"].([]any)
		for _, m := range all {
			m, _ := m.(map[string]any)
			if id, _ := m["value"].(string); id != "" && !yield(id) {
				return
			}
		}
	}
}
