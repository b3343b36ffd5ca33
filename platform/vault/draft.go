package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"samtjanst/platform/canon"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// Draft is an application that its owner is filling in, what an officer is about to begin, or what the officers of a board fill in together
// (Shared). Nobody else can see that it exists.
type Draft struct {
	ID        string                      `json:"-"`
	Rev       int64                       `json:"-"`
	Tenant    string                      `json:"-"`
	Form      string                      `json:"-"`
	Version   string                      `json:"-"`
	Created   time.Time                   `json:"-"`
	Changed   time.Time                   `json:"-"`
	Expires   time.Time                   `json:"-"`
	Notice    time.Time                   `json:"-"` // when the owner is told that it expires soon
	Owner     idno.Number                 `json:"owner"`
	OwnerName string                      `json:"ownerName"`
	Browser   string                      `json:"browser,omitempty"` // begun without login: the guest's key, and Owner is zero
	Staff     string                      `json:"staff,omitempty"`   // begun by an officer: the subject at the organisation's login, and Owner is zero
	Lang      string                      `json:"lang"`
	Answers   map[string]any              `json:"answers"`
	Facts     map[string]any              `json:"facts"`
	Files     map[string]files.Attachment `json:"files"`
	Case      string                      `json:"case,omitempty"` // the case whose own section this is, "" for an application
	Party     string                      `json:"party,omitempty"`
	Amends    string                      `json:"amends,omitempty"` // the case that this changes, "" for a new application
	// Hand is an order by hand as the officer has typed it so far; none for anything else.
	Hand json.RawMessage `json:"hand,omitempty"`
	// Shared is set when the officers of a board fill it in together: it belongs to the board, and Owner is zero. It is replaced and never
	// changed, since copies of a draft have it in common.
	Shared *Shared `json:"shared,omitempty"`
	// Moved are the pointers whose answers did not fit when the draft was moved to a newer version of the form.
	Moved []string `json:"moved,omitempty"`

	key []byte
	box sealed.Box
}

// Shared is how the officers of a board fill in a draft together.
type Shared struct {
	Board     string    `json:"board"`         // whose officers: "sigtuna/social"
	Authority string    `json:"authority"`     // the board whose case it becomes; Board, or one that Board works for
	By        Officer   `json:"by"`            // who began it
	Last      Officer   `json:"last"`          // who changed it last
	With      Officer   `json:"with"`          // who has it: By, until it is handed over
	From      Officer   `json:"from,omitzero"` // who handed it over, zero until With has worked on it
	Handed    time.Time `json:"handed,omitzero"`
}

// Officer is a member of staff, by the subject at the organisation's login.
type Officer struct {
	Subject string `json:"subject"`
	Name    string `json:"name"`
}

// NewDraft stores a new draft.
func (v *Vault) NewDraft(ctx context.Context, d *Draft) error {
	key, box, err := v.Keys.New(ctx, d.Tenant)
	if err != nil {
		return fault.Wrap("vault.NewDraft", err)
	}
	d.key, d.box, d.Rev = key, box, 1
	row, err := v.draftRow(d)
	if err != nil {
		return err
	}
	return fault.Wrap("vault.NewDraft", v.Store.InsertDraft(ctx, row))
}

// SaveDraft replaces a draft. fault.Conflict when it was saved elsewhere since.
func (v *Vault) SaveDraft(ctx context.Context, d *Draft) error {
	row, err := v.draftRow(d)
	if err != nil {
		return err
	}
	row.Rev++
	if err := v.Store.UpdateDraft(ctx, row); err != nil {
		return fault.Wrap("vault.SaveDraft", err)
	}
	d.Rev++
	return nil
}

// Owner is a keyed hash of whose a draft is: a person's number, the key of the browser where somebody unknown began it, the subject of an
// officer, or a board. They are hashed apart, so that none can be taken for another. "" owns nothing.
type Owner string

// PersonOwner is the owner by a personal number.
func (v *Vault) PersonOwner(n idno.Number) Owner {
	if n.IsZero() {
		return ""
	}
	return Owner(v.Keys.Token("platform", "draft", n.Digits()))
}

// PersonOwners are the owners by each of a person's numbers.
func (v *Vault) PersonOwners(numbers []idno.Number) []Owner {
	out := make([]Owner, len(numbers))
	for i, n := range numbers {
		out[i] = v.PersonOwner(n)
	}
	return out
}

// BrowserOwner is the owner by a guest's key.
func (v *Vault) BrowserOwner(key string) Owner {
	if key == "" {
		return ""
	}
	return Owner(v.Keys.Token("platform", "guest", key))
}

// StaffOwner is the owner by an officer's subject.
func (v *Vault) StaffOwner(subject string) Owner {
	if subject == "" {
		return ""
	}
	return Owner(v.Keys.Token("platform", "staff", subject))
}

// BoardOwner is the owner by a board, "sigtuna/social": all its officers.
func (v *Vault) BoardOwner(board string) Owner {
	if board == "" {
		return ""
	}
	return Owner(v.Keys.Token("platform", "board", board))
}

// LoadDraft opens a draft for any of its possible owners; somebody else's, or an expired one, is fault.NotFound.
func (v *Vault) LoadDraft(ctx context.Context, id string, owner ...Owner) (*Draft, error) {
	return v.Refresh(ctx, id, nil, owner...)
}

// Refresh is LoadDraft for somebody who has opened the draft before: what was opened is given back when it is of the revision that
// is stored. known may be nil.
func (v *Vault) Refresh(ctx context.Context, id string, known *Draft, owner ...Owner) (*Draft, error) {
	row, err := v.Store.Draft(ctx, id)
	if err != nil {
		return nil, fault.Wrap("vault.LoadDraft", err)
	}
	mine := slices.ContainsFunc(owner, func(o Owner) bool { return o != "" && row.Owner == string(o) })
	if !mine || !row.Expires.After(v.Clock.Now()) {
		return nil, fault.New("vault.LoadDraft", fault.NotFound, nil)
	}
	if known != nil && known.ID == row.ID && known.Rev == row.Rev {
		return known, nil
	}
	return v.openDraft(ctx, row)
}

// BegunInBrowser opens a draft that was begun without login, whoever's browser that was: for somebody who has shown in another way that it
// is his or hers. What a person who logs in has begun, or is expired, is fault.NotFound.
func (v *Vault) BegunInBrowser(ctx context.Context, id string) (*Draft, error) {
	row, err := v.Store.Draft(ctx, id)
	if err != nil {
		return nil, fault.Wrap("vault.BegunInBrowser", err)
	}
	if !row.Expires.After(v.Clock.Now()) {
		return nil, fault.New("vault.BegunInBrowser", fault.NotFound, nil)
	}
	d, err := v.openDraft(ctx, row)
	if err == nil && d.Browser == "" {
		return nil, fault.New("vault.BegunInBrowser", fault.NotFound, nil)
	}
	return d, err
}

// OpenDraft opens a listed row whoever owns it and whether or not it has expired: for the sweep, never for showing.
func (v *Vault) OpenDraft(ctx context.Context, row store.DraftRow) (*Draft, error) {
	return v.openDraft(ctx, row)
}

// Drafts lists the owner's drafts, last changed first.
func (v *Vault) Drafts(ctx context.Context, owner ...Owner) ([]*Draft, error) {
	var rows []store.DraftRow
	for _, o := range owner {
		some, err := v.Store.ListDrafts(ctx, string(o))
		if err != nil {
			return nil, fault.Wrap("vault.Drafts", err)
		}
		rows = append(rows, some...)
	}
	var out []*Draft
	now := v.Clock.Now()
	for _, row := range rows {
		if !row.Expires.After(now) {
			continue
		}
		d, err := v.openDraft(ctx, row)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (v *Vault) ownerOf(d *Draft) Owner {
	switch {
	case d.Browser != "":
		return v.BrowserOwner(d.Browser)
	case d.Shared != nil:
		return v.BoardOwner(d.Shared.Board)
	case d.Staff != "":
		return v.StaffOwner(d.Staff)
	}
	return v.PersonOwner(d.Owner)
}

// FormDrafts opens a tenant's drafts of a form, whoever owns them, in pages: for counting what a new version would do to them. last is where
// the next page begins, "" when there is none.
func (v *Vault) FormDrafts(ctx context.Context, tenant, form, after string, limit int) (drafts []*Draft, last string, err error) {
	rows, err := v.Store.FormDrafts(ctx, tenant, form, after, limit)
	if err != nil {
		return nil, "", fault.Wrap("vault.FormDrafts", err)
	}
	now := v.Clock.Now()
	for _, row := range rows {
		if !row.Expires.After(now) {
			continue
		}
		d, err := v.openDraft(ctx, row)
		if err != nil {
			return nil, "", err
		}
		drafts = append(drafts, d)
	}
	if len(rows) == limit {
		last = rows[limit-1].ID
	}
	return drafts, last, nil
}

func (v *Vault) draftRow(d *Draft) (store.DraftRow, error) {
	plain, err := encodeDraft(d)
	if err != nil {
		return store.DraftRow{}, fault.New("vault.draftRow", fault.Internal, err)
	}
	body, err := d.box.Seal(plain, sealed.Place("draft", d.ID))
	if err != nil {
		return store.DraftRow{}, fault.New("vault.draftRow", fault.Internal, err)
	}
	return store.DraftRow{ID: d.ID, Tenant: d.Tenant, Form: d.Form, Version: d.Version, Owner: string(v.ownerOf(d)),
		Created: d.Created, Changed: d.Changed, Expires: d.Expires, Notice: d.Notice, Rev: d.Rev, Key: d.key, Body: body}, nil
}

func (v *Vault) openDraft(ctx context.Context, row store.DraftRow) (*Draft, error) {
	box, err := v.Keys.Open(ctx, row.Tenant, row.Key)
	if err != nil {
		return nil, fault.Wrap("vault.openDraft", err)
	}
	plain, err := box.Open(row.Body, sealed.Place("draft", row.ID))
	if err != nil {
		return nil, fault.New("vault.openDraft", fault.Internal, err)
	}
	d := &Draft{}
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber() // numbers stay exact
	if err := dec.Decode(d); err != nil {
		return nil, fault.New("vault.openDraft", fault.Internal, err)
	}
	for _, m := range []*map[string]any{&d.Answers, &d.Facts} {
		if *m == nil {
			*m = map[string]any{}
		}
	}
	d.ID, d.Rev, d.Tenant, d.Form, d.Version = row.ID, row.Rev, row.Tenant, row.Form, row.Version
	d.Created, d.Changed, d.Expires, d.Notice, d.key, d.box = row.Created, row.Changed, row.Expires, row.Notice, row.Key, box
	return d, nil
}

// Object reads a JSON object with numbers kept exact; nothing and null are an empty object.
func Object(raw []byte) (map[string]any, error) {
	if len(raw) == 0 {
		return map[string]any{}, nil
	}
	v, err := canon.Parse(raw)
	if err != nil {
		return nil, fault.New("vault.Object", fault.Internal, err)
	}
	switch v := v.(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return v, nil
	}
	return nil, fault.Newf("vault.Object", fault.Internal, "not an object")
}
