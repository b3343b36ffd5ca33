package mongostore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

type numberDoc struct {
	Series string `bson:"series"`
	N      int64  `bson:"n"`
	Case   string `bson:"case"`
}

// ClaimNumber implements store.Series. A claim is one document with two unique keys, (series, n) and (series, case), so
// inserting the highest number plus one either succeeds wholly or says that somebody, perhaps this very case on another
// server, was quicker; then it looks again. Numbers are never removed, so there is no gap.
func (s *Store) ClaimNumber(ctx context.Context, series, caseID string) (int64, error) {
	const op = "mongostore.ClaimNumber"
	for attempt := 0; ; attempt++ {
		var claim numberDoc
		err := s.numbers.FindOne(ctx, bson.D{is("series", series), is("case", caseID)}).Decode(&claim)
		if err == nil {
			return claim.N, nil
		}
		if !errors.Is(err, mongo.ErrNoDocuments) {
			return 0, failure(ctx, op, err)
		}
		var highest numberDoc // its N is 0 when the series is new
		err = s.numbers.FindOne(ctx, bson.D{is("series", series)}, options.FindOne().SetSort(bson.D{is("n", -1)})).Decode(&highest)
		if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
			return 0, failure(ctx, op, err)
		}
		claim = numberDoc{Series: series, N: highest.N + 1, Case: caseID}
		_, err = s.numbers.InsertOne(ctx, claim)
		if err == nil {
			return claim.N, nil
		}
		if !mongo.IsDuplicateKeyError(err) {
			return 0, failure(ctx, op, err)
		}
		pause := time.Duration(rand.Int64N(int64(min(attempt+1, 20)) * int64(time.Millisecond))) // spread those who compete
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return 0, failure(ctx, op, ctx.Err())
		}
	}
}

type readDoc struct {
	ID        primitive.ObjectID `bson:"_id"` // rises with the order in which one server appends
	At        time.Time          `bson:"at"`
	Authority string             `bson:"authority"`
	Case      string             `bson:"case"`
	Staff     string             `bson:"staff"`
	What      string             `bson:"what"`
	Detail    string             `bson:"detail"`
}

// AppendReads implements store.Reads.
func (s *Store) AppendReads(ctx context.Context, reads []store.Read) error {
	if len(reads) == 0 {
		return nil
	}
	docs := make([]any, len(reads))
	for i, r := range reads {
		docs[i] = readDoc{ID: primitive.NewObjectID(), At: r.At, Authority: r.Authority, Case: r.Case, Staff: r.Staff, What: r.What, Detail: r.Detail}
	}
	_, err := s.reads.InsertMany(ctx, docs)
	return failure(ctx, "mongostore.AppendReads", err)
}

// ListReads implements store.Reads.
func (s *Store) ListReads(ctx context.Context, caseID string, limit int) ([]store.Read, error) {
	const op = "mongostore.ListReads"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	cursor, err := s.reads.Find(ctx, bson.D{is("case", caseID)},
		options.Find().SetSort(bson.D{is("at", -1), is("_id", -1)}).SetLimit(int64(limit)))
	docs, err := all[readDoc](ctx, op, cursor, err)
	var reads []store.Read
	for _, d := range docs {
		reads = append(reads, store.Read{At: d.At, Authority: d.Authority, Case: d.Case, Staff: d.Staff, What: d.What, Detail: d.Detail})
	}
	return reads, err
}
