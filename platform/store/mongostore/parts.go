package mongostore

import (
	"context"
	"net/url"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

type partDoc struct {
	Key     string    `bson:"_id"` // see partKey
	Case    string    `bson:"case"`
	ID      string    `bson:"id"`
	Kind    string    `bson:"kind"`
	Created time.Time `bson:"created"`
	Body    []byte    `bson:"body"`
}

// partKey is unique over all cases; escaping keeps a slash within a name apart from the one between them.
func partKey(caseID, id string) string { return url.PathEscape(caseID) + "/" + url.PathEscape(id) }

func partKeys(caseID string, ids []string) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = partKey(caseID, id)
	}
	return keys
}

func (d partDoc) part() store.Part {
	return store.Part{Case: d.Case, ID: d.ID, Kind: d.Kind, Created: d.Created, Body: d.Body}
}

// PutParts implements store.Parts. A part that is there already is left as it is. When the server fails in the middle,
// some of the parts may be stored; nobody refers to them, so they are swept, or are there when the call is repeated.
func (s *Store) PutParts(ctx context.Context, parts ...store.Part) error {
	const op = "mongostore.PutParts"
	if len(parts) == 0 {
		return nil
	}
	docs := make([]any, len(parts))
	for i, p := range parts {
		if err := p.Check(); err != nil {
			return fault.Wrap(op, err)
		}
		docs[i] = partDoc{Key: partKey(p.Case, p.ID), Case: p.Case, ID: p.ID, Kind: p.Kind, Created: p.Created, Body: p.Body}
	}
	_, err := s.parts.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	if err != nil && !onlyDuplicates(err) {
		return failure(ctx, op, err)
	}
	return nil
}

// GetParts implements store.Parts.
func (s *Store) GetParts(ctx context.Context, caseID string, ids ...string) ([]store.Part, error) {
	const op = "mongostore.GetParts"
	parts := make([]store.Part, 0, len(ids))
	if len(ids) == 0 {
		return parts, nil
	}
	cursor, err := s.parts.Find(ctx, bson.D{is("case", caseID), than("_id", "$in", partKeys(caseID, ids))})
	docs, err := all[partDoc](ctx, op, cursor, err)
	if err != nil {
		return nil, err
	}
	found := make(map[string]store.Part, len(docs))
	for _, d := range docs {
		found[d.ID] = d.part()
	}
	for _, id := range ids {
		p, ok := found[id]
		if !ok {
			return nil, fault.Newf(op, fault.NotFound, "part %s of case %s", id, caseID)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// ListParts implements store.Parts.
func (s *Store) ListParts(ctx context.Context, caseID string) ([]store.Part, error) {
	cursor, err := s.parts.Find(ctx, bson.D{is("case", caseID)}, options.Find().
		SetSort(bson.D{is("created", 1), is("_id", 1)}).SetProjection(bson.D{is("body", 0)}))
	docs, err := all[partDoc](ctx, "mongostore.ListParts", cursor, err)
	var parts []store.Part
	for _, d := range docs {
		parts = append(parts, d.part())
	}
	return parts, err
}

// PartsCreated implements store.Parts.
func (s *Store) PartsCreated(ctx context.Context, from, before time.Time, limit int) ([]store.Part, error) {
	const op = "mongostore.PartsCreated"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	between := bson.E{Key: "created", Value: bson.D{is("$gte", from), is("$lt", before)}}
	cursor, err := s.parts.Find(ctx, bson.D{between}, options.Find().SetSort(bson.D{is("created", 1), is("_id", 1)}).
		SetLimit(int64(limit)).SetProjection(bson.D{is("body", 0)}))
	docs, err := all[partDoc](ctx, op, cursor, err)
	var parts []store.Part
	for _, d := range docs {
		parts = append(parts, d.part())
	}
	return parts, err
}

// DeleteParts implements store.Parts.
func (s *Store) DeleteParts(ctx context.Context, caseID string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := s.parts.DeleteMany(ctx, bson.D{is("case", caseID), than("_id", "$in", partKeys(caseID, ids))})
	return failure(ctx, "mongostore.DeleteParts", err)
}
