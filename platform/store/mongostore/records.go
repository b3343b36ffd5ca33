package mongostore

import (
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

type recordDoc struct {
	ID      string    `bson:"_id"` // collection/key; a collection has no slash
	Rev     int64     `bson:"rev"`
	Expires time.Time `bson:"expires"` // never when not set
	Body    []byte    `bson:"body"`
}

func (d recordDoc) record() store.Record {
	collection, key, _ := strings.Cut(d.ID, "/")
	return store.Record{Collection: collection, Key: key, Rev: d.Rev, Expires: orZero(d.Expires), Body: d.Body}
}

// PutRecord implements store.Records.
func (s *Store) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	const op = "mongostore.PutRecord"
	if err := r.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	doc := recordDoc{ID: r.Collection + "/" + r.Key, Rev: r.Rev, Expires: orNever(r.Expires), Body: r.Body}
	if r.Rev == 1 {
		_, err := s.records.InsertOne(ctx, doc)
		if !mongo.IsDuplicateKeyError(err) {
			return failure(ctx, op, err)
		}
		res, err := s.records.ReplaceOne(ctx, bson.D{is("_id", doc.ID), than("expires", "$lte", now)}, doc)
		if err == nil && res.MatchedCount == 0 {
			return fault.New(op, fault.Exists, nil)
		}
		return failure(ctx, op, err)
	}
	res, err := s.records.ReplaceOne(ctx, bson.D{is("_id", doc.ID), is("rev", r.Rev-1), than("expires", "$gt", now)}, doc)
	if err != nil {
		return failure(ctx, op, err)
	}
	if res.MatchedCount == 0 {
		return mayReplace(ctx, op, s.records, bson.D{is("_id", doc.ID), than("expires", "$gt", now)})
	}
	return nil
}

// GetRecord implements store.Records.
func (s *Store) GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error) {
	var doc recordDoc
	err := s.records.FindOne(ctx, bson.D{is("_id", collection+"/"+key), than("expires", "$gt", now)}).Decode(&doc)
	if err != nil {
		return store.Record{}, failure(ctx, "mongostore.GetRecord", err)
	}
	return doc.record(), nil
}

// ListRecords implements store.Records.
func (s *Store) ListRecords(ctx context.Context, now time.Time, collection, prefix, after string, limit int) ([]store.Record, error) {
	const op = "mongostore.ListRecords"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	from := collection + "/" + prefix
	end := collection + "0" // "0" follows "/": the end of the collection
	first := is("$gte", from)
	if after >= prefix && after != "" {
		first = is("$gt", collection+"/"+after)
	}
	cursor, err := s.records.Find(ctx,
		bson.D{is("_id", bson.D{first, is("$lt", end)}), than("expires", "$gt", now)},
		options.Find().SetSort(bson.D{is("_id", 1)}).SetLimit(int64(limit)))
	if err != nil {
		return nil, failure(ctx, op, err)
	}
	defer cursor.Close(ctx)
	var records []store.Record
	for cursor.Next(ctx) {
		var doc recordDoc
		if err := cursor.Decode(&doc); err != nil {
			return nil, failure(ctx, op, err)
		}
		if !strings.HasPrefix(doc.ID, from) {
			break
		}
		records = append(records, doc.record())
	}
	return records, failure(ctx, op, cursor.Err())
}

// DeleteRecord implements store.Records.
func (s *Store) DeleteRecord(ctx context.Context, collection, key string) error {
	_, err := s.records.DeleteOne(ctx, bson.D{is("_id", collection+"/"+key)})
	return failure(ctx, "mongostore.DeleteRecord", err)
}

// DeleteExpiredRecords implements store.Records.
func (s *Store) DeleteExpiredRecords(ctx context.Context, before time.Time, limit int) (int, error) {
	const op = "mongostore.DeleteExpiredRecords"
	if err := store.CheckLimit(limit); err != nil {
		return 0, fault.Wrap(op, err)
	}
	cursor, err := s.records.Find(ctx, bson.D{than("expires", "$lt", before)}, options.Find().
		SetSort(bson.D{is("expires", 1)}).SetLimit(int64(limit)).SetProjection(bson.D{is("_id", 1)}))
	docs, err := all[recordDoc](ctx, op, cursor, err)
	if err != nil || len(docs) == 0 {
		return 0, err
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	res, err := s.records.DeleteMany(ctx, bson.D{than("_id", "$in", ids), than("expires", "$lt", before)})
	if err != nil {
		return 0, failure(ctx, op, err)
	}
	return int(res.DeletedCount), nil
}
