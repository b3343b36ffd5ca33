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
	Rev     int64     `bson:"rev"`
	Key     []byte    `bson:"key"`
	Body    []byte    `bson:"body"`
}

func draftDocOf(d store.DraftRow) draftDoc {
	return draftDoc{ID: d.ID, Tenant: d.Tenant, Form: d.Form, Version: d.Version, Owner: d.Owner, Created: d.Created, Changed: d.Changed,
		Expires: orNever(d.Expires), Rev: d.Rev, Key: d.Key, Body: d.Body}
}

func (d draftDoc) row() store.DraftRow {
	return store.DraftRow{ID: d.ID, Tenant: d.Tenant, Form: d.Form, Version: d.Version, Owner: d.Owner, Created: d.Created, Changed: d.Changed,
		Expires: orZero(d.Expires), Rev: d.Rev, Key: d.Key, Body: d.Body}
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

// DeleteExpiredDrafts implements store.Drafts. One at a time, so that a draft that its owner has just saved is kept, and
// so that only ids of drafts that this call removed are given.
func (s *Store) DeleteExpiredDrafts(ctx context.Context, before time.Time, limit int) ([]string, error) {
	const op = "mongostore.DeleteExpiredDrafts"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	cursor, err := s.drafts.Find(ctx, bson.D{than("expires", "$lt", before)}, options.Find().
		SetSort(bson.D{is("expires", 1)}).SetLimit(int64(limit)).SetProjection(bson.D{is("_id", 1)}))
	docs, err := all[draftDoc](ctx, op, cursor, err)
	var gone []string
	for _, d := range docs {
		res, err := s.drafts.DeleteOne(ctx, bson.D{is("_id", d.ID), than("expires", "$lt", before)})
		if err != nil {
			return gone, failure(ctx, op, err)
		}
		if res.DeletedCount > 0 {
			gone = append(gone, d.ID)
		}
	}
	return gone, err
}
