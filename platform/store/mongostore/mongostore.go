// Package mongostore is the storage engine for many servers at once: a MongoDB, or a server that speaks its protocol.
//
// Concept: every promise of package store is kept by one document at a time, so neither transactions nor change streams are
// needed. Compare-and-set is an update whose filter names the revision. What must be unique has a unique index; what is
// optional and unique (a case's dedupe key) is never absent, since not every server has partial indexes: without a key
// the field holds the case's own id under another prefix.
//
// Collections: cases, parts, drafts, numbers, reads, records and meta (the number of the schema). The times that may be "never"
// hold a date that no clock reaches, so that one index and one comparison serve all.
//
// Scaling out: parts and reads, which hold nearly all bytes, may be sharded by {case: "hashed"}, numbers by {series: 1} and
// records by {_id: 1}. Cases and drafts have keys that are unique over everything, so they stay whole; heads are
// small, and whole collections may lie on shards of their own.
//
// Durability: writes are acknowledged by a majority with their journal, and reads are from the primary with read concern majority.
//
// FerretDB 1.24 with its SQLite backend, which the tests run against when no other server is named, changes a document
// atomically only within one connection: give it maxPoolSize=1, and one process. It passes the whole suite of package
// storetest. It is for tests, not for production.
package mongostore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// Store is a connected database. It is safe for concurrent use.
type Store struct {
	client                                        *mongo.Client
	db                                            *mongo.Database
	cases, parts, drafts, numbers, reads, records *mongo.Collection

	once sync.Once
	err  error // of closing
}

var _ store.Store = (*Store)(nil)

// defaultDatabase is used when the URI names none.
const defaultDatabase = "samtjanst"

// schemaVersion is the number of the documents' schema, raised when an older program could no longer read them.
const schemaVersion = 1

// Open connects to mongodb://… and makes the indexes that are not there. fault.Invalid when the URI cannot be read or the database has a
// newer schema than this program knows, fault.Unavailable when no server answers before ctx ends, or within 30 seconds.
func Open(ctx context.Context, uri string) (*Store, error) {
	const op = "mongostore.Open"
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, fault.Newf(op, fault.Invalid, "the URI of the store is not mongodb://…") // the cause could quote a password
	}
	name := parsed.Database
	if name == "" {
		name = defaultDatabase
	}
	durable, journal := writeconcern.Majority(), true
	durable.Journal = &journal
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri).
		SetReadPreference(readpref.Primary()).SetReadConcern(readconcern.Majority()).
		SetWriteConcern(durable))
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	db := client.Database(name)
	s := &Store{client: client, db: db, cases: db.Collection("cases"), parts: db.Collection("parts"), drafts: db.Collection("drafts"),
		numbers: db.Collection("numbers"), reads: db.Collection("reads"), records: db.Collection("records")}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fault.Wrap(op, err), s.Close())
	}
	return s, nil
}

// Close ends the connections.
func (s *Store) Close() error {
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		s.err = failure(ctx, "mongostore.Close", s.client.Disconnect(ctx))
	})
	return s.err
}

// prepare checks the schema and makes the indexes.
func (s *Store) prepare(ctx context.Context) error {
	const op = "mongostore.prepare"
	meta := s.db.Collection("meta")
	_, err := meta.InsertOne(ctx, bson.D{{Key: "_id", Value: "schema"}, {Key: "version", Value: schemaVersion}})
	if err != nil && !mongo.IsDuplicateKeyError(err) {
		return failure(ctx, op, err)
	}
	var found struct {
		Version int `bson:"version"`
	}
	if err := meta.FindOne(ctx, bson.D{{Key: "_id", Value: "schema"}}).Decode(&found); err != nil {
		return failure(ctx, op, err)
	}
	if found.Version > schemaVersion {
		return fault.Newf(op, fault.Invalid, "the database has schema %d and this program knows up to %d: run the version that wrote it, or a newer one",
			found.Version, schemaVersion)
	}
	index := func(fields ...string) mongo.IndexModel {
		var keys bson.D
		for _, f := range fields {
			keys = append(keys, is(f, 1))
		}
		return mongo.IndexModel{Keys: keys, Options: options.Index().SetName(strings.Join(fields, "_"))}
	}
	unique := func(fields ...string) mongo.IndexModel {
		m := index(fields...)
		m.Options.SetUnique(true)
		return m
	}
	for _, c := range []struct {
		in      *mongo.Collection
		indexes []mongo.IndexModel
	}{
		{s.cases, []mongo.IndexModel{
			unique("reference"),
			unique("dedupe"),
			index("authority", "state", "waiting", "_id"),
			index("authority", "state", "submitted", "_id"),
			index("authority", "state", "changed", "_id"),
			index("authority", "asked", "_id"),
			index("assignee", "authority", "waiting"),
			index("authority", "labels", "waiting"),
			index("tokens"),
			index("due", "_id"),
		}},
		{s.parts, []mongo.IndexModel{index("case", "created", "_id"), index("created", "_id")}},
		{s.drafts, []mongo.IndexModel{index("owner", "changed", "_id"), index("tenant", "form", "_id"), index("expires"), index("notice")}},
		{s.numbers, []mongo.IndexModel{unique("series", "n"), unique("series", "case")}},
		{s.reads, []mongo.IndexModel{index("case", "at", "_id")}},
		{s.records, []mongo.IndexModel{index("expires")}},
	} {
		if err := createMissing(ctx, c.in, c.indexes); err != nil {
			return failure(ctx, op, err)
		}
	}
	return nil
}

// createMissing makes the indexes that a collection does not have. It looks first: asking again for all of them, which
// MongoDB allows, ends FerretDB's connection.
func createMissing(ctx context.Context, in *mongo.Collection, indexes []mongo.IndexModel) error {
	specs, err := in.Indexes().ListSpecifications(ctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, s := range specs {
		there[s.Name] = true
	}
	missing := slices.DeleteFunc(indexes, func(m mongo.IndexModel) bool { return there[*m.Options.Name] })
	if len(missing) == 0 {
		return nil
	}
	_, err = in.Indexes().CreateMany(ctx, missing)
	return err
}

// never is stored for a time that is not set.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func orNever(t time.Time) time.Time {
	if t.IsZero() {
		return never
	}
	return t
}

func orZero(t time.Time) time.Time {
	if !t.Before(never) {
		return time.Time{}
	}
	return t
}

// tooLarge is the server's code for a document over 16 MiB.
const tooLarge = 10334

// failure turns what the driver said into a fault. A nil err stays nil.
func failure(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return fault.New(op, fault.Unavailable, errors.Join(ended, err))
	}
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return fault.Wrap(op, err)
	}
	var server mongo.ServerError
	var selection topology.ServerSelectionError
	var connection topology.ConnectionError
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return fault.New(op, fault.NotFound, nil)
	case mongo.IsDuplicateKeyError(err):
		return fault.New(op, fault.Exists, nil) // the server's text quotes the key
	case mongo.IsTimeout(err), mongo.IsNetworkError(err), errors.Is(err, mongo.ErrClientDisconnected),
		errors.Is(err, topology.ErrServerClosed), errors.Is(err, topology.ErrTopologyClosed), errors.As(err, &selection), errors.As(err, &connection):
		return fault.New(op, fault.Unavailable, err)
	case errors.As(err, &server):
		switch {
		case server.HasErrorCode(tooLarge):
			return fault.New(op, fault.TooLarge, err)
		case server.HasErrorLabel("RetryableWriteError"), server.HasErrorLabel("TransientTransactionError"):
			return fault.New(op, fault.Unavailable, err) // an election, a server shutting down
		}
	}
	return fault.New(op, fault.Internal, err)
}

// mayReplace says why an update that names a revision matched nothing: the document has another, or is not there.
func mayReplace(ctx context.Context, op string, c *mongo.Collection, filter bson.D) error {
	err := c.FindOne(ctx, filter, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if err != nil {
		return failure(ctx, op, err)
	}
	return fault.New(op, fault.Conflict, nil)
}

// all reads a cursor to its end.
func all[T any](ctx context.Context, op string, cursor *mongo.Cursor, err error) ([]T, error) {
	if err != nil {
		return nil, failure(ctx, op, err)
	}
	var docs []T
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, failure(ctx, op, err)
	}
	return docs, nil
}

func is(field string, value any) bson.E { return bson.E{Key: field, Value: value} }

func than(field, operator string, value any) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: operator, Value: value}}}
}
