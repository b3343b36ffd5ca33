package scim

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/directory/people"
)

// request is one question about users or groups.
type request struct {
	*house
	w    http.ResponseWriter
	r    *http.Request
	kind *resourceType
}

// serve answers at /Users or /Groups, with what stands behind it in the address.
func (q request) serve(id string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.load(q.r.Context()); err != nil {
		return err
	}
	switch method := q.r.Method; {
	case id == "" && method == http.MethodGet:
		asked, err := queryOf(q.r.URL.Query().Get)
		if err != nil {
			return err
		}
		return q.list(asked, true)
	case id == ".search" && method == http.MethodPost:
		var asked query
		if err := q.body(&asked); err != nil {
			return err
		}
		return q.list(asked, false)
	case id == "" && method == http.MethodPost:
		return q.create()
	case id == "" || id == ".search" || strings.Contains(id, "/"):
		return &refusal{Status: http.StatusMethodNotAllowed, Detail: "not here"}
	}
	r := q.all(q.kind)[id]
	if r == nil {
		return missing()
	}
	switch q.r.Method {
	case http.MethodGet, http.MethodHead:
		if tag := q.r.Header.Get("If-None-Match"); tag != "" && tagged(tag, r) {
			q.w.Header().Set("ETag", r.version())
			q.w.WriteHeader(http.StatusNotModified)
			return nil
		}
		return q.answer(http.StatusOK, r)
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		if tag := q.r.Header.Get("If-Match"); tag != "" && !tagged(tag, r) {
			return &refusal{Status: http.StatusPreconditionFailed, Detail: "changed by somebody else meanwhile: read it again"}
		}
	default:
		return &refusal{Status: http.StatusMethodNotAllowed, Detail: "not here"}
	}
	switch q.r.Method {
	case http.MethodPut:
		return q.replace(r)
	case http.MethodPatch:
		return q.patch(r)
	}
	if err := q.remove(r); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// tagged reports whether one of a header's entity tags is the resource's. Tags are compared weakly (RFC 9110 section 8.8.3.2).
func tagged(header string, r *resource) bool {
	strong := strings.TrimPrefix(r.version(), "W/")
	return slices.ContainsFunc(strings.Split(header, ","), func(tag string) bool {
		tag = strings.TrimSpace(tag)
		return tag == "*" || strings.TrimPrefix(tag, "W/") == strong
	})
}

// body reads what was sent.
func (q request) body(into any) error {
	media, _, err := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	if err != nil || media != mediaType && media != "application/json" {
		return &refusal{Status: http.StatusUnsupportedMediaType, Detail: "send " + mediaType}
	}
	d := json.NewDecoder(http.MaxBytesReader(q.w, q.r.Body, MaxBody))
	d.UseNumber()
	err = d.Decode(into)
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return &refusal{Status: http.StatusRequestEntityTooLarge, Type: tooMany, Detail: "send less at once"}
	case err != nil:
		return bad(invalidSyntax, "the body is not the JSON that is expected here")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad(invalidSyntax, "something stands after the JSON")
	}
	return nil
}

// list answers with those that a query finds. In an address nothing may be asked of personal numbers (RFC 7644 section 7.5.2).
func (q request) list(asked query, inAddress bool) error {
	project, err := asked.projection(q.kind)
	if err != nil {
		return err
	}
	var filter expression
	var about []path
	if asked.Filter != "" {
		if filter, err = q.kind.parseFilter(asked.Filter); err != nil {
			return err
		}
		about = filter.paths()
	}
	if p, err := q.kind.parsePath(asked.SortBy); err == nil {
		about = append(about, p)
	}
	if inAddress && slices.ContainsFunc(about, q.sensitive) {
		return &refusal{http.StatusForbidden, sensitive, "a personal number does not stand in an address: POST to /.search"}
	}
	candidates := q.candidates(filter)
	member := q.memberOf(len(candidates))
	var found []map[string]any
	for _, r := range candidates {
		if full := q.full(r, member); filter == nil || filter.holds(full) {
			found = append(found, full)
		}
	}
	if err := asked.sorted(q.kind, found); err != nil {
		return err
	}
	first, end := asked.page(len(found))
	page := []any{}
	for _, full := range found[first-1 : end] {
		page = append(page, project.of(q.kind, full))
	}
	write(q.w, http.StatusOK, map[string]any{"schemas": []string{listMessage}, "totalResults": len(found), "startIndex": first, "itemsPerPage": len(page), "Resources": page})
	return nil
}

func (q request) sensitive(p path) bool {
	number := q.tenant.Staff.SCIM.Number
	if number == "" {
		number = PersonalNumber
	}
	secret, err := users.parsePath(number)
	return err == nil && q.kind == users && p.extension == secret.extension && (p.attribute == nil || p.attribute == secret.attribute)
}

// candidates are all that a filter may find, in the order that they were made; those of a user name or an externalId, by which clients ask before
// they make a user, are found without putting all of them together.
func (q request) candidates(filter expression) []*resource {
	if c, ok := filter.(comparison); ok && q.kind == users && c.operator == "eq" {
		value, _ := c.value.(string)
		switch c.path.String() {
		case "userName":
			if u := q.users[q.byName[strings.ToLower(value)]]; u != nil {
				return []*resource{u}
			}
			return nil
		case "externalId":
			var found []*resource
			for _, u := range q.users {
				if u.text("externalId") == value {
					found = append(found, u)
				}
			}
			if len(found) <= 1 {
				return found
			}
		}
	}
	return slices.SortedFunc(maps.Values(q.all(q.kind)), func(a, b *resource) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// full is a resource as it is answered, with what is ours to say.
func (q request) full(r *resource, member func(string) map[string]bool) map[string]any {
	out := make(map[string]any, len(r.Data)+4)
	maps.Copy(out, r.Data)
	schemas := []any{q.kind.core.id}
	for _, x := range q.kind.extensions {
		if _, has := r.Data[x.id]; has {
			schemas = append(schemas, x.id)
		}
	}
	out["id"], out["schemas"] = r.ID, schemas
	out["meta"] = map[string]any{"resourceType": q.kind.name, "created": r.Created.UTC().Format(time.RFC3339Nano), "lastModified": r.Modified.UTC().Format(time.RFC3339Nano),
		"location": q.location(q.kind, r.ID), "version": r.version()}
	if q.kind == users {
		if _, said := out["active"]; !said {
			out["active"] = true
		}
		if in := q.groupsOf(member(r.ID)); len(in) > 0 {
			out["groups"] = in
		}
		return out
	}
	var members []any
	for id := range membersOf(r) {
		m := map[string]any{"value": id}
		switch {
		case q.users[id] != nil:
			m["type"], m["$ref"] = users.name, q.location(users, id)
		case q.groups[id] != nil:
			m["type"], m["$ref"] = groups.name, q.location(groups, id)
		}
		members = append(members, m)
	}
	if members != nil {
		out["members"] = members
	}
	return out
}

func (q request) groupsOf(in map[string]bool) []any {
	var out []any
	for _, id := range slices.Sorted(maps.Keys(in)) {
		how := "indirect"
		if in[id] {
			how = "direct"
		}
		out = append(out, map[string]any{"value": id, "$ref": q.location(groups, id), "display": q.groups[id].text("displayName"), "type": how})
	}
	return out
}

func (h *house) location(t *resourceType, id string) string {
	return h.BaseURL + Root + "/" + string(h.tenant.ID) + "/" + t.endpoint + "/" + id
}

// answer gives a resource, projected as the address asks.
func (q request) answer(status int, r *resource) error {
	asked, err := queryOf(q.r.URL.Query().Get)
	if err != nil {
		return err
	}
	project, err := asked.projection(q.kind)
	if err != nil {
		return err
	}
	q.w.Header().Set("ETag", r.version())
	q.w.Header().Set("Location", q.location(q.kind, r.ID))
	write(q.w, status, project.of(q.kind, q.full(r, q.groupsOfOne)))
	return nil
}

// create takes a new resource.
func (q request) create() error {
	var sent map[string]any
	if err := q.body(&sent); err != nil {
		return err
	}
	data, err := q.kind.read(sent)
	if err != nil {
		return err
	}
	r := &resource{Created: q.Clock.Now(), Data: data}
	if r.ID, err = q.newID(r); err != nil {
		return err
	}
	if err := q.save(r); err != nil {
		return err
	}
	return q.answer(http.StatusCreated, r)
}

// newID is who a new user is: somebody who has been here before by the same externalId, or was entered by an administrator with the same
// personal number; else somebody new.
func (q request) newID(r *resource) (string, error) {
	if q.kind == groups {
		return string(people.NewID()), nil
	}
	snap, err := q.People.Now(q.r.Context(), q.tenant.ID)
	if err != nil {
		return "", err
	}
	e := q.told(r, nil).Entry
	for _, u := range q.users {
		if e.External != "" && u.text("externalId") == e.External {
			return "", taken("another user has the externalId")
		}
	}
	if p := snap.ByOrigin(Origin, e.External); e.External != "" && p != nil && q.users[string(p.ID)] == nil {
		return string(p.ID), nil
	}
	if p := snap.ByNumber(e.Number); !e.Number.IsZero() && p != nil && p.Synced == nil {
		return string(p.ID), nil
	}
	return string(people.NewID()), nil
}

// replace has a resource be what was sent.
func (q request) replace(was *resource) error {
	var sent map[string]any
	if err := q.body(&sent); err != nil {
		return err
	}
	data, err := q.kind.read(sent)
	if err != nil {
		return err
	}
	r := was.clone()
	r.Data = data
	return q.saveAndAnswer(was, r)
}

// patch changes a part of a resource.
func (q request) patch(was *resource) error {
	var sent struct {
		Schemas    []string    `json:"schemas"`
		Operations []operation `json:"Operations"`
	}
	if err := q.body(&sent); err != nil {
		return err
	}
	if !slices.Contains(sent.Schemas, patchMessage) {
		return bad(invalidSyntax, "schemas has %s", patchMessage)
	}
	r := was.clone()
	if err := q.kind.patch(r.Data, sent.Operations); err != nil {
		return err
	}
	return q.saveAndAnswer(was, r)
}

// saveAndAnswer keeps a resource that is another than it was. The person follows in any case: a client that asks again may not have been
// answered the first time.
func (q request) saveAndAnswer(was, r *resource) error {
	if q.kind == users && same(was.Data, r.Data) {
		if err := q.followOne(q.r.Context(), q.told(r, q.groupsOfOne(r.ID))); err != nil {
			return err
		}
		return q.answer(http.StatusOK, was)
	}
	if err := q.save(r); err != nil {
		return err
	}
	return q.answer(http.StatusOK, r)
}

// save keeps a new or changed resource, and has people follow. A user's person follows first: what cannot be is refused with nothing changed.
func (q request) save(r *resource) error {
	ctx := q.r.Context()
	if q.kind == groups {
		for id := range membersOf(r) {
			if q.users[id] == nil && q.groups[id] == nil && id != r.ID {
				return bad(invalidValue, "a member is neither a user nor a group here")
			}
		}
		was := q.groups[r.ID]
		before := q.within(was)
		return q.change(ctx, func() error {
			if err := q.put(ctx, groups, r); err != nil {
				return err
			}
			return q.followThese(ctx, q.touched(was, before, r))
		})
	}
	name := strings.ToLower(r.text("userName"))
	if other, there := q.byName[name]; there && other != r.ID {
		return taken("another user has the userName")
	}
	return q.change(ctx, func() error {
		if err := q.followOne(ctx, q.told(r, q.groupsOfOne(r.ID))); err != nil {
			return err
		}
		return q.put(ctx, users, r)
	})
}

// remove takes a resource away. A user's person is inactive first, and stays in the register with what he or she has done.
func (q request) remove(r *resource) error {
	ctx := q.r.Context()
	return q.change(ctx, func() error {
		if q.kind == users {
			gone := q.told(r, nil)
			gone.Active = false
			if err := q.followOne(ctx, gone); err != nil {
				return err
			}
		}
		for _, g := range q.groups {
			if g.ID == r.ID || !slices.Contains(slices.Collect(membersOf(g)), r.ID) {
				continue
			}
			less := g.clone()
			members, _ := less.Data["members"].([]any)
			set(less.Data, "members", slices.DeleteFunc(members, func(m any) bool { v, _ := m.(map[string]any); return v["value"] == r.ID }))
			if err := q.put(ctx, groups, less); err != nil {
				return err
			}
		}
		before := q.within(r)
		if err := q.forget(ctx, q.kind, r.ID); err != nil || q.kind == users {
			return err
		}
		return q.followThese(ctx, q.touched(r, before, nil))
	})
}
