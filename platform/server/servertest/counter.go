package servertest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"samtjanst/platform/store"
)

// Counter is a store that notes every call made to it, for tests of how many there are and whether anything was written.
type Counter struct {
	store.Store

	mu    sync.Mutex
	calls []string
}

// NewCounter notes the calls to a store.
func NewCounter(s store.Store) *Counter { return &Counter{Store: s} }

// Calls gives the calls since the last time it was asked, as "UpdateDraft" or "PutRecord contact": without those about the session that a
// request came with, the question whether a register of people is another than two seconds ago, and those that the platform makes by itself
// from time to time.
func (c *Counter) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := slices.DeleteFunc(c.calls, func(s string) bool {
		return strings.HasSuffix(s, " session") || s == "GetRecord people-version" || strings.HasSuffix(s, " sweep") || slices.Contains([]string{"PartsCreated", "ExpiredDrafts", "NoticeDrafts", "DeleteExpiredRecords", "DueCases", "NextDue"}, s)
	})
	c.calls = nil
	return out
}

func (c *Counter) note(call string, about ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, strings.Join(append([]string{call}, about...), " "))
}

func (c *Counter) InsertCase(ctx context.Context, row store.CaseRow) error {
	c.note("InsertCase")
	return c.Store.InsertCase(ctx, row)
}

func (c *Counter) UpdateCase(ctx context.Context, row store.CaseRow) error {
	c.note("UpdateCase")
	return c.Store.UpdateCase(ctx, row)
}

func (c *Counter) Case(ctx context.Context, id string) (store.CaseRow, error) {
	c.note("Case")
	return c.Store.Case(ctx, id)
}

func (c *Counter) FindCase(ctx context.Context, by store.CaseKey) (store.CaseRow, error) {
	c.note("FindCase")
	return c.Store.FindCase(ctx, by)
}

func (c *Counter) ListCases(ctx context.Context, q store.CaseQuery) ([]store.CaseRow, error) {
	c.note("ListCases")
	return c.Store.ListCases(ctx, q)
}

func (c *Counter) CountCases(ctx context.Context, most int, qs ...store.CaseQuery) ([]int, error) {
	c.note("CountCases")
	return c.Store.CountCases(ctx, most, qs...)
}

func (c *Counter) DueCases(ctx context.Context, t time.Time, limit int) ([]string, error) {
	c.note("DueCases")
	return c.Store.DueCases(ctx, t, limit)
}

func (c *Counter) NextDue(ctx context.Context) (time.Time, error) {
	c.note("NextDue")
	return c.Store.NextDue(ctx)
}

func (c *Counter) DeleteCase(ctx context.Context, id string) error {
	c.note("DeleteCase")
	return c.Store.DeleteCase(ctx, id)
}

func (c *Counter) PutParts(ctx context.Context, parts ...store.Part) error {
	c.note("PutParts")
	return c.Store.PutParts(ctx, parts...)
}

func (c *Counter) GetParts(ctx context.Context, caseID string, ids ...string) ([]store.Part, error) {
	c.note("GetParts")
	return c.Store.GetParts(ctx, caseID, ids...)
}

func (c *Counter) ListParts(ctx context.Context, caseID string) ([]store.Part, error) {
	c.note("ListParts")
	return c.Store.ListParts(ctx, caseID)
}

func (c *Counter) PartsCreated(ctx context.Context, from, before time.Time, limit int) ([]store.Part, error) {
	c.note("PartsCreated")
	return c.Store.PartsCreated(ctx, from, before, limit)
}

func (c *Counter) DeleteParts(ctx context.Context, caseID string, ids ...string) error {
	c.note("DeleteParts")
	return c.Store.DeleteParts(ctx, caseID, ids...)
}

func (c *Counter) InsertDraft(ctx context.Context, row store.DraftRow) error {
	c.note("InsertDraft")
	return c.Store.InsertDraft(ctx, row)
}

func (c *Counter) UpdateDraft(ctx context.Context, row store.DraftRow) error {
	c.note("UpdateDraft")
	return c.Store.UpdateDraft(ctx, row)
}

func (c *Counter) Draft(ctx context.Context, id string) (store.DraftRow, error) {
	c.note("Draft")
	return c.Store.Draft(ctx, id)
}

func (c *Counter) ListDrafts(ctx context.Context, owner string) ([]store.DraftRow, error) {
	c.note("ListDrafts")
	return c.Store.ListDrafts(ctx, owner)
}

func (c *Counter) FormDrafts(ctx context.Context, tenant, form, after string, limit int) ([]store.DraftRow, error) {
	c.note("FormDrafts")
	return c.Store.FormDrafts(ctx, tenant, form, after, limit)
}

func (c *Counter) DeleteDraft(ctx context.Context, id string) error {
	c.note("DeleteDraft")
	return c.Store.DeleteDraft(ctx, id)
}

func (c *Counter) ExpiredDrafts(ctx context.Context, t time.Time, limit int) ([]store.DraftRow, error) {
	c.note("ExpiredDrafts")
	return c.Store.ExpiredDrafts(ctx, t, limit)
}

func (c *Counter) NoticeDrafts(ctx context.Context, t time.Time, limit int) ([]store.DraftRow, error) {
	c.note("NoticeDrafts")
	return c.Store.NoticeDrafts(ctx, t, limit)
}

func (c *Counter) SetDraftNotice(ctx context.Context, id string, was, at time.Time) error {
	c.note("SetDraftNotice")
	return c.Store.SetDraftNotice(ctx, id, was, at)
}

func (c *Counter) ClaimNumber(ctx context.Context, series, caseID string) (int64, error) {
	c.note("ClaimNumber")
	return c.Store.ClaimNumber(ctx, series, caseID)
}

func (c *Counter) AppendReads(ctx context.Context, reads []store.Read) error {
	c.note("AppendReads")
	return c.Store.AppendReads(ctx, reads)
}

func (c *Counter) ListReads(ctx context.Context, caseID string, limit int) ([]store.Read, error) {
	c.note("ListReads")
	return c.Store.ListReads(ctx, caseID, limit)
}

func (c *Counter) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	c.note("PutRecord", r.Collection)
	return c.Store.PutRecord(ctx, now, r)
}

func (c *Counter) GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error) {
	c.note("GetRecord", collection)
	return c.Store.GetRecord(ctx, now, collection, key)
}

func (c *Counter) ListRecords(ctx context.Context, now time.Time, collection, prefix, after string, limit int) ([]store.Record, error) {
	c.note("ListRecords", collection)
	return c.Store.ListRecords(ctx, now, collection, prefix, after, limit)
}

func (c *Counter) DeleteRecord(ctx context.Context, collection, key string) error {
	c.note("DeleteRecord", collection)
	return c.Store.DeleteRecord(ctx, collection, key)
}

func (c *Counter) DeleteExpiredRecords(ctx context.Context, t time.Time, limit int) (int, error) {
	c.note("DeleteExpiredRecords")
	return c.Store.DeleteExpiredRecords(ctx, t, limit)
}
