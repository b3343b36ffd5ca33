package scim

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// Collections of records. A key is the organisation's id, "/", and the resource's.
const (
	userCollection    = "scim-user"
	groupCollection   = "scim-group"
	versionCollection = "scim-version" // of all that an organisation's clients have told: key is the organisation's id
)

// Origin is what people of a SCIM client are from (people.Synced.From).
const Origin = "scim"

// house is what one organisation's clients have told, as this process knows it. One request at a time is in it: what a client tells comes in
// order, and a person follows before the next is heard.
type house struct {
	*Server
	tenant *directory.Tenant

	mu      sync.Mutex
	version int64 // of what is loaded; -1: something went wrong after writing, so it is loaded and followed again
	loaded  bool
	users   map[string]*resource
	groups  map[string]*resource
	byName  map[string]string // user names in small letters
}

func (h *house) all(t *resourceType) map[string]*resource {
	if t == groups {
		return h.groups
	}
	return h.users
}

func collection(t *resourceType) string {
	if t == groups {
		return groupCollection
	}
	return userCollection
}

func (h *house) key(id string) string { return string(h.tenant.ID) + "/" + id }

func (h *house) versionNow(ctx context.Context) (store.Record, error) {
	rec, err := h.Records.GetRecord(ctx, h.Clock.Now(), versionCollection, string(h.tenant.ID))
	if errors.Is(err, fault.NotFound) {
		return store.Record{Collection: versionCollection, Key: string(h.tenant.ID)}, nil
	}
	return rec, err
}

// load has the house know what there is. The first time, and after something has gone wrong, every person is made to follow as well.
func (h *house) load(ctx context.Context) error {
	v, err := h.versionNow(ctx)
	if err != nil {
		return fault.Wrap("scim.load", err)
	}
	if h.loaded && h.version == v.Rev {
		return nil
	}
	first := !h.loaded || h.version < 0
	h.users, h.groups, h.byName = map[string]*resource{}, map[string]*resource{}, map[string]string{}
	for _, t := range []*resourceType{users, groups} {
		if err := h.read(ctx, t); err != nil {
			return fault.Wrap("scim.load", err)
		}
	}
	for id, u := range h.users {
		h.byName[strings.ToLower(u.text("userName"))] = id
	}
	if first {
		if err := h.follow(ctx); err != nil {
			return err
		}
	}
	h.loaded, h.version = true, v.Rev
	return nil
}

func (h *house) read(ctx context.Context, t *resourceType) error {
	box, err := h.Keys.Scope(ctx, string(h.tenant.ID))
	if err != nil {
		return err
	}
	prefix, after := h.key(""), ""
	for {
		recs, err := h.Records.ListRecords(ctx, h.Clock.Now(), collection(t), prefix, after, store.MaxLimit)
		if err != nil {
			return err
		}
		for _, rec := range recs {
			raw, err := box.Open(rec.Body, sealed.Place(rec.Collection, rec.Key))
			if err != nil {
				return err
			}
			r := &resource{rev: rec.Rev}
			if err := json.Unmarshal(raw, r); err != nil {
				return fault.New("scim.read", fault.Internal, err)
			}
			h.all(t)[r.ID] = r
		}
		if len(recs) < store.MaxLimit {
			return nil
		}
		after = recs[len(recs)-1].Key
	}
}

// change does writes and tells the other processes of them. When one fails, what this one knows is loaded anew before the next question. What
// is refused has changed nothing.
func (h *house) change(ctx context.Context, do func() error) error {
	err := do()
	if err == nil {
		err = h.tell(ctx)
	}
	var refused *refusal
	if err != nil && !errors.As(err, &refused) {
		h.version = -1
	}
	return err
}

// tell makes what the organisation's clients have told another version.
func (h *house) tell(ctx context.Context) error {
	for {
		v, err := h.versionNow(ctx)
		if err != nil {
			return fault.Wrap("scim.tell", err)
		}
		others := v.Rev != h.version
		v.Rev++
		err = h.Records.PutRecord(ctx, h.Clock.Now(), v)
		if errors.Is(err, fault.Conflict) || errors.Is(err, fault.Exists) {
			continue
		}
		if err == nil && !others { // else: what they wrote is not known here, and the next question loads it
			h.version = v.Rev
		}
		return fault.Wrap("scim.tell", err)
	}
}

// put keeps a resource: a new one, or over the one that it was made of. fault.Conflict when another process has changed it.
func (h *house) put(ctx context.Context, t *resourceType, r *resource) error {
	box, err := h.Keys.Scope(ctx, string(h.tenant.ID))
	if err != nil {
		return err
	}
	r.Modified = h.Clock.Now()
	raw, err := json.Marshal(r)
	if err != nil {
		return fault.New("scim.put", fault.Internal, err)
	}
	rec := store.Record{Collection: collection(t), Key: h.key(r.ID), Rev: r.rev + 1}
	if rec.Body, err = box.Seal(raw, sealed.Place(rec.Collection, rec.Key)); err != nil {
		return err
	}
	if err := h.Records.PutRecord(ctx, h.Clock.Now(), rec); err != nil {
		return fault.Wrap("scim.put", err)
	}
	r.rev = rec.Rev
	if was := h.all(t)[r.ID]; was != nil && t == users {
		delete(h.byName, strings.ToLower(was.text("userName")))
	}
	h.all(t)[r.ID] = r
	if t == users {
		h.byName[strings.ToLower(r.text("userName"))] = r.ID
	}
	return nil
}

// forget removes a resource.
func (h *house) forget(ctx context.Context, t *resourceType, id string) error {
	if err := h.Records.DeleteRecord(ctx, collection(t), h.key(id)); err != nil {
		return fault.Wrap("scim.forget", err)
	}
	if t == users {
		delete(h.byName, strings.ToLower(h.users[id].text("userName")))
	}
	delete(h.all(t), id)
	return nil
}

// follow makes everybody as users and groups say.
func (h *house) follow(ctx context.Context) error {
	return h.followThese(ctx, slices.Sorted(maps.Keys(h.users)))
}

// followThese makes users as they and the groups say. Who has a number that somebody else has stays as he or she is in the register.
func (h *house) followThese(ctx context.Context, ids []string) error {
	member := h.memberOf(len(ids))
	all := make([]people.Told, len(ids))
	for i, id := range ids {
		all[i] = h.told(h.users[id], member(id))
	}
	if len(all) == 0 {
		return nil
	}
	became, err := h.People.Follow(ctx, h.tenant.ID, Origin, all)
	if err != nil {
		return fault.Wrap("scim.follow", err)
	}
	for i, f := range became {
		if f.Err != nil {
			h.Log.WarnContext(ctx, "a user of SCIM is not as told in the register", "person", string(all[i].ID), "error", f.Err)
		}
	}
	return nil
}

func (h *house) told(u *resource, in map[string]bool) people.Told {
	return people.Told{ID: people.ID(u.ID), Entry: entry(h.tenant.Staff.SCIM.Number, u, h.names(in), h.Clock.Now())}
}

// followOne makes one person as told. What cannot be is refused, and nothing is changed.
func (h *house) followOne(ctx context.Context, t people.Told) error {
	became, err := h.People.Follow(ctx, h.tenant.ID, Origin, []people.Told{t})
	if err != nil {
		return fault.Wrap("scim.follow", err)
	}
	switch err := became[0].Err; fault.KindOf(err) {
	case fault.Exists:
		return taken("somebody else in the organisation has the personal number, or is kept by another directory")
	case fault.Invalid:
		return bad(invalidValue, "%s is no personal number", cmp.Or(h.tenant.Staff.SCIM.Number, PersonalNumber))
	default:
		return err
	}
}
