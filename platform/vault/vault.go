// Package vault keeps cases and drafts as the use cases know them, encoded and sealed into the rows of package store.
//
// Keys: a case's head and parts are sealed with the case's own key, which is wrapped by its authority's key; the card that lists
// show is sealed with the authority's. A draft has a key of its own, wrapped by the tenant's. People and search words are
// found by keyed hashes (tokens). Destroying a row's wrapped key and its tokens is purging: what is left is the chain of
// event headers, still verifiable.
//
// Encoding: sealed bytes are JSON under a version number. A field may be added; none is renamed or changes meaning.
package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// Vault is a store with its keys.
type Vault struct {
	Store store.Store
	Keys  *sealed.Keyring
	Clock clock.Clock
}

// Entry is a loaded case with what is needed to save it again.
type Entry struct {
	Case casework.Case
	Rev  int64
	box  sealed.Box
	key  []byte

	opened map[casework.PartID][]byte // parts that have been opened: they never change. An entry lives as long as a request
}

// Blob is a new part, before it is sealed.
type Blob struct {
	ID    casework.PartID
	Kind  string
	Bytes []byte
}

// Card is what a list shows of a case.
type Card struct {
	Subject      string
	AssigneeName string
	Done, Of     int
	Missing      int64 // unix seconds since when the longest missing signature is asked for; 0 none
	Tasks        []casework.TaskKind
	Outcome      string
	DecidedAt    int64
	DecidedBy    string // name and title
	Deadline     int64
	About        string      // what the order is about that is waited for
	Waits        []CardWait  // whom it waits for
	Limits       []CardLimit `json:",omitempty"` // time limits that something is left to do about
	Parties      []CardParty
}

// CardParty says how a party stands, for Mina sidor.
type CardParty struct {
	Token  string // of the party's number
	Wanted bool   // may sign now
	Asked  int64  // unix seconds since when Wanted
	Later  bool   // has a place whose turn has not come
	Signed int64  // unix seconds when the party signed; 0 when not
	Method string // of Signed: the e-legitimation's id, "paper"
	Told   bool   // there is a decision to read, or something handed out to open
	Opened bool
}

const caseVersion = 1

type caseHead struct {
	V    int           `json:"v"`
	Case casework.Case `json:"case"`
}

// NewKey makes a case key within an authority, so that parts can be sealed before the head is stored.
func (v *Vault) NewKey(ctx context.Context, authority string) (*Entry, error) {
	key, box, err := v.Keys.New(ctx, authority)
	if err != nil {
		return nil, fault.Wrap("vault.NewKey", err)
	}
	return &Entry{key: key, box: box}, nil
}

// Create stores a new case: parts first, then the head. fault.Exists when the draft it was made from has been submitted already.
func (v *Vault) Create(ctx context.Context, e *Entry, parts []Blob) error {
	if err := v.putParts(ctx, e, parts); err != nil {
		return err
	}
	row, err := v.row(ctx, e)
	if err != nil {
		return err
	}
	row.Rev = 1
	if err := v.Store.InsertCase(ctx, row); err != nil {
		return fault.Wrap("vault.Create", err)
	}
	e.Rev = 1
	return nil
}

// Save replaces the head, after any new parts. fault.Conflict when somebody else saved since it was loaded.
func (v *Vault) Save(ctx context.Context, e *Entry, parts []Blob) error {
	if err := v.putParts(ctx, e, parts); err != nil {
		return err
	}
	row, err := v.row(ctx, e)
	if err != nil {
		return err
	}
	row.Rev = e.Rev + 1
	if err := v.Store.UpdateCase(ctx, row); err != nil {
		return fault.Wrap("vault.Save", err)
	}
	e.Rev++
	return nil
}

// Load opens a case. fault.NotFound; fault.Gone when it has been purged.
func (v *Vault) Load(ctx context.Context, id casework.ID) (*Entry, error) {
	row, err := v.Store.Case(ctx, string(id))
	if err != nil {
		return nil, fault.Wrap("vault.Load", err)
	}
	return v.open(ctx, row)
}

// BySubmission opens the case that a draft became. fault.NotFound.
func (v *Vault) BySubmission(ctx context.Context, draft string) (*Entry, error) {
	row, err := v.Store.FindCase(ctx, store.CaseKey{Dedupe: draft})
	if err != nil {
		return nil, fault.Wrap("vault.BySubmission", err)
	}
	return v.open(ctx, row)
}

func (v *Vault) open(ctx context.Context, row store.CaseRow) (*Entry, error) {
	if len(row.Key) == 0 {
		return nil, fault.New("vault.open", fault.Gone, nil)
	}
	box, err := v.Keys.Open(ctx, row.Authority, row.Key)
	if err != nil {
		return nil, fault.Wrap("vault.open", err)
	}
	plain, err := box.Open(row.Head, headAAD(row.ID))
	if err != nil {
		return nil, fault.New("vault.open", fault.Internal, err)
	}
	var h caseHead
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber() // granted rows keep exact numbers
	if err := dec.Decode(&h); err != nil || h.V != caseVersion {
		return nil, fault.Newf("vault.open", fault.Internal, "head of version %d: %v", h.V, err)
	}
	if err := json.Unmarshal(row.Chain, &h.Case.Events); err != nil {
		return nil, fault.New("vault.open", fault.Internal, err)
	}
	return &Entry{Case: h.Case, Rev: row.Rev, box: box, key: row.Key}, nil
}

func headAAD(id string) []byte { return sealed.Place("case", id) }

func (v *Vault) row(ctx context.Context, e *Entry) (store.CaseRow, error) {
	c := e.Case
	fail := func(err error) (store.CaseRow, error) {
		return store.CaseRow{}, fault.New("vault.row", fault.Internal, err)
	}
	chain, err := json.Marshal(c.Events)
	if err != nil {
		return fail(err)
	}
	events := c.Events
	c.Events = nil
	plain, err := json.Marshal(caseHead{V: caseVersion, Case: c})
	c.Events = events
	if err != nil {
		return fail(err)
	}
	head, err := e.box.Seal(plain, headAAD(string(c.ID)))
	if err != nil {
		return fail(err)
	}
	card, err := json.Marshal(v.card(&c))
	if err != nil {
		return fail(err)
	}
	scope, err := v.Keys.Scope(ctx, c.Authority)
	if err != nil {
		return store.CaseRow{}, fault.Wrap("vault.row", err)
	}
	if card, err = scope.Seal(card, sealed.Place("card", string(c.ID))); err != nil {
		return fail(err)
	}
	since, wrong := asked(&c)
	return store.CaseRow{
		ID: string(c.ID), Tenant: c.Tenant, Authority: c.Authority, Form: c.Form, Reference: c.Reference, Dedupe: c.Draft,
		Number: c.Number, State: string(c.State), Assignee: c.Assignee, Labels: append(c.Labels(), wrong...), Tokens: v.tokens(&c),
		Submitted: c.Submitted, Changed: c.Changed, Waiting: c.Since, Asked: since, Due: c.Due(), Key: e.key, Card: card, Chain: chain, Head: head,
	}, nil
}

func (v *Vault) card(c *casework.Case) Card {
	k := Card{Subject: c.Subject, AssigneeName: c.AssigneeName}
	k.waits(c)
	k.limits(c)
	for _, t := range c.OpenTasks() {
		k.Tasks = append(k.Tasks, t.Kind)
	}
	if c.Decision != nil && c.State != casework.Deciding {
		k.Outcome, k.DecidedAt, k.DecidedBy = c.Decision.Outcome, c.Decision.Taken().Unix(), c.Decision.Decider()
	}
	for _, p := range c.Parties {
		if p.Left {
			continue
		}
		cp := CardParty{Token: v.PersonToken(p.Number)}
		cp.Wanted = c.MaySign(p.ID)
		cp.places(c.OrderOf(p.ID), p.ID)
		for _, d := range p.Delivered {
			if d.What == "decision" || d.What == "delivery" && c.Handout != nil && len(c.Handout.Files) > 0 {
				cp.Told = true
				cp.Opened = cp.Opened || !d.Opened.IsZero()
			}
		}
		k.Parties = append(k.Parties, cp)
	}
	return k
}

// places notes how the party's places in an order stand.
func (cp *CardParty) places(o signing.Order, p signing.PartyID) {
	for _, pl := range o.Places {
		switch {
		case pl.Party != p:
		case pl.State == signing.Signed || pl.State == signing.OnPaper:
			cp.Signed, cp.Method = pl.Since.Unix(), pl.Method
		case !o.Ended && pl.May():
			cp.Asked = pl.Asked.Unix()
		case !o.Ended && pl.State.May():
			cp.Later = true
		}
	}
}

// OpenCard reads a listed row's card.
func (v *Vault) OpenCard(ctx context.Context, row store.CaseRow) (Card, error) {
	scope, err := v.Keys.Scope(ctx, row.Authority)
	if err != nil {
		return Card{}, fault.Wrap("vault.OpenCard", err)
	}
	plain, err := scope.Open(row.Card, sealed.Place("card", row.ID))
	if err != nil {
		return Card{}, fault.New("vault.OpenCard", fault.Internal, err)
	}
	var k Card
	if err := json.Unmarshal(plain, &k); err != nil {
		return Card{}, fault.New("vault.OpenCard", fault.Internal, err)
	}
	return k, nil
}

// PersonToken finds a person's cases in every authority: the person may see all of them.
func (v *Vault) PersonToken(n idno.Number) string {
	if n.IsZero() {
		return ""
	}
	return v.Keys.Token("platform", "person", n.Digits())
}

// UniqueToken finds applications for the same thing within an authority.
func (v *Vault) UniqueToken(authority, unique string) string {
	return v.Keys.Token(authority, "unique", unique)
}

// SearchTokens turns what an officer typed into tokens, all of which must match.
func (v *Vault) SearchTokens(authority, typed string) []string {
	var out []string
	for _, w := range words(typed) {
		out = append(out, v.Keys.Token(authority, "word", w))
	}
	return out
}

// prefixes of a word are tokens too, from this many letters, so that "Tests" finds "Testsson".
const prefixLetters = 3

func (v *Vault) tokens(c *casework.Case) []string {
	var out []string
	for _, p := range c.Parties {
		if t := v.PersonToken(p.Number); t != "" && !p.Left {
			out = append(out, t)
		}
	}
	if c.Unique != "" {
		out = append(out, v.UniqueToken(c.Authority, c.Unique))
	}
	seen := map[string]bool{}
	for _, w := range words(c.Subject + " " + c.Reference + " " + c.Number) {
		r := []rune(w)
		for n := min(prefixLetters, len(r)); n <= len(r); n++ {
			if p := string(r[:n]); !seen[p] {
				seen[p] = true
				out = append(out, v.Keys.Token(c.Authority, "word", p))
			}
		}
	}
	return out
}

// words splits a text into lower-case words of letters and digits.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func partAAD(caseID string, id casework.PartID, kind string) []byte {
	return sealed.Place("part", caseID, string(id), kind)
}

func (v *Vault) putParts(ctx context.Context, e *Entry, blobs []Blob) error {
	if len(blobs) == 0 {
		return nil
	}
	rows := make([]store.Part, len(blobs))
	for i, b := range blobs {
		body, err := e.box.Seal(b.Bytes, partAAD(string(e.Case.ID), b.ID, b.Kind))
		if err != nil {
			return fault.New("vault.putParts", fault.Internal, err)
		}
		rows[i] = store.Part{Case: string(e.Case.ID), ID: string(b.ID), Kind: b.Kind, Created: v.Clock.Now(), Body: body}
	}
	return fault.Wrap("vault.putParts", v.Store.PutParts(ctx, rows...))
}

// Parts opens parts of a case, in the order asked. fault.NotFound.
func (v *Vault) Parts(ctx context.Context, e *Entry, ids ...casework.PartID) ([][]byte, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var missing []string
	for _, id := range ids {
		if _, ok := e.opened[id]; !ok && !slices.Contains(missing, string(id)) {
			missing = append(missing, string(id))
		}
	}
	if len(missing) > 0 {
		rows, err := v.Store.GetParts(ctx, string(e.Case.ID), missing...)
		if err != nil {
			return nil, fault.Wrap("vault.Parts", err)
		}
		if e.opened == nil {
			e.opened = map[casework.PartID][]byte{}
		}
		for _, r := range rows {
			plain, err := e.box.Open(r.Body, partAAD(r.Case, casework.PartID(r.ID), r.Kind))
			if err != nil {
				return nil, fault.New("vault.Parts", fault.Internal, err)
			}
			e.opened[casework.PartID(r.ID)] = plain
		}
	}
	out := make([][]byte, len(ids))
	for i, id := range ids {
		out[i] = e.opened[id]
	}
	return out, nil
}

// Part opens one part.
func (v *Vault) Part(ctx context.Context, e *Entry, id casework.PartID) ([]byte, error) {
	all, err := v.Parts(ctx, e, id)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Seal and Open keep something small about a case beside it, under the case's key.
func (e *Entry) Seal(plain []byte, about string) ([]byte, error) {
	return e.box.Seal(plain, sealed.Place(about, string(e.Case.ID)))
}

// Open opens what Seal sealed about the same.
func (e *Entry) Open(body []byte, about string) ([]byte, error) {
	return e.box.Open(body, sealed.Place(about, string(e.Case.ID)))
}
