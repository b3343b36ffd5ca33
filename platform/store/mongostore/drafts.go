package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

type draftDoc struct {
	ID      string    `bson:"_id"`
	Tenant  string    `bson:"tenant"`
	Form    string    `bson:"form"`
	Version string    `bson:"version"`
	Owner   string    `bson:"owner"`
	Created time.Time `bson:"created"`
	Changed time.Time `bson:"changed"`
	Expires time.Time `bson:"expires"` // never when not set
	Notice  time.Time `bson:"notice"`  // never when not set; absent in drafts from before there were notices
	Rev     int64     `bson:"rev"`
	Key     []byte    `bson:"key"`
	Body    []byte    `bson:"body"`
}

func draftDocOf(d store.DraftRow) draftDoc {
	return draftDoc{ID: d.ID, Tenant: d.Tenant, Form: d.Form, Version: d.Version, Owner: d.Owner, Created: d.Created, Changed: d.Changed,
		Expires: orNever(d.Expires), Notice: orNever(d.Notice), Rev: d.Rev, Key: d.Key, Body: d.Body}
}

func (d draftDoc) row() store.DraftRow {
	return store.DraftRow{ID: d.ID, Tenant: d.Tenant, Form: d.Form, Version: d.Version, Owner: d.Owner, Created: d.Created, Changed: d.Changed,
		Expires: orZero(d.Expires), Notice: orZero(d.Notice), Rev: d.Rev, Key: d.Key, Body: d.Body}
}

// InsertDraft implements store.Drafts.
func (s *Store) InsertDraft(ctx context.Context, d store.DraftRow) error {
	const op = "mongostore.InsertDraft"
	if err := d.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	d.Rev = 1
	_, err := s.drafts.InsertOne(ctx, draftDocOf(d))
	return failure(ctx, op, err)
}

// UpdateDraft implements store.Drafts.
func (s *Store) UpdateDraft(ctx context.Context, d store.DraftRow) error {
	const op = "mongostore.UpdateDraft"
	if err := d.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	res, err := s.drafts.ReplaceOne(ctx, bson.D{is("_id", d.ID), is("rev", d.Rev-1)}, draftDocOf(d))
	if err != nil {
		return failure(ctx, op, err)
	}
	if res.MatchedCount == 0 {
		return mayReplace(ctx, op, s.drafts, bson.D{is("_id", d.ID)})
	}
	return nil
}

// Draft implements store.Drafts.
func (s *Store) Draft(ctx context.Context, id string) (store.DraftRow, error) {
	var doc draftDoc
	if err := s.drafts.FindOne(ctx, bson.D{is("_id", id)}).Decode(&doc); err != nil {
		return store.DraftRow{}, failure(ctx, "mongostore.Draft", err)
	}
	return doc.row(), nil
}

// ListDrafts implements store.Drafts.
func (s *Store) ListDrafts(ctx context.Context, owner string) ([]store.DraftRow, error) {
	cursor, err := s.drafts.Find(ctx, bson.D{is("owner", owner)}, options.Find().SetSort(bson.D{is("changed", -1), is("_id", -1)}))
	docs, err := all[draftDoc](ctx, "mongostore.ListDrafts", cursor, err)
	var rows []store.DraftRow
	for _, d := range docs {
		rows = append(rows, d.row())
	}
	return rows, err
}

// FormDrafts implements store.Drafts.
func (s *Store) FormDrafts(ctx context.Context, tenant, form, after string, limit int) ([]store.DraftRow, error) {
	const op = "mongostore.FormDrafts"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	cursor, err := s.drafts.Find(ctx, bson.D{is("tenant", tenant), is("form", form), {Key: "_id", Value: bson.D{is("$gt", after)}}},
		options.Find().SetSort(bson.D{is("_id", 1)}).SetLimit(int64(limit)))
	docs, err := all[draftDoc](ctx, op, cursor, err)
	var rows []store.DraftRow
	for _, d := range docs {
		rows = append(rows, d.row())
	}
	return rows, err
}

// DeleteDraft implements store.Drafts.
func (s *Store) DeleteDraft(ctx context.Context, id string) error {
	_, err := s.drafts.DeleteOne(ctx, bson.D{is("_id", id)})
	return failure(ctx, "mongostore.DeleteDraft", err)
}

// ExpiredDrafts implements store.Drafts.
func (s *Store) ExpiredDrafts(ctx context.Context, before time.Time, limit int) ([]store.DraftRow, error) {
	return s.draftsBy(ctx, "mongostore.ExpiredDrafts", "expires", "$lt", before, limit)
}

// NoticeDrafts implements store.Drafts.
func (s *Store) NoticeDrafts(ctx context.Context, t time.Time, limit int) ([]store.DraftRow, error) {
	return s.draftsBy(ctx, "mongostore.NoticeDrafts", "notice", "$lte", t, limit)
}

func (s *Store) draftsBy(ctx context.Context, op, field, operator string, t time.Time, limit int) ([]store.DraftRow, error) {
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	cursor, err := s.drafts.Find(ctx, bson.D{than(field, operator, t)}, options.Find().
		SetSort(bson.D{is(field, 1), is("_id", 1)}).SetLimit(int64(limit)))
	docs, err := all[draftDoc](ctx, op, cursor, err)
	var rows []store.DraftRow
	for _, d := range docs {
		rows = append(rows, d.row())
	}
	return rows, err
}

// SetDraftNotice implements store.Drafts.
func (s *Store) SetDraftNotice(ctx context.Context, id string, was, at time.Time) error {
	const op = "mongostore.SetDraftNotice"
	res, err := s.drafts.UpdateOne(ctx, bson.D{is("_id", id), is("notice", orNever(was))}, bson.D{is("$set", bson.D{is("notice", orNever(at))})})
	if err != nil {
		return failure(ctx, op, err)
	}
	if res.MatchedCount == 0 {
		return mayReplace(ctx, op, s.drafts, bson.D{is("_id", id)})
	}
	return nil
}
