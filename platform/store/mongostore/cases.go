package mongostore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// caseDoc is a head as a document.
type caseDoc struct {
	ID        string    `bson:"_id"`
	Tenant    string    `bson:"tenant"`
	Reference string    `bson:"reference"`
	Dedupe    string    `bson:"dedupe"` // see dedupeKey
	Submitted time.Time `bson:"submitted"`
	Rev       int64     `bson:"rev"`
	Body      caseBody  `bson:",inline"`
}

// caseBody is what an update replaces.
type caseBody struct {
	Authority string    `bson:"authority"`
	Form      string    `bson:"form"`
	Number    string    `bson:"number"`
	State     string    `bson:"state"`
	Assignee  string    `bson:"assignee"`
	Labels    []string  `bson:"labels"`
	Tokens    []string  `bson:"tokens"`
	Changed   time.Time `bson:"changed"`
	Waiting   time.Time `bson:"waiting"`
	Due       time.Time `bson:"due"`   // never when not set
	Asked     time.Time `bson:"asked"` // never when not set; absent in what was stored before there was one
	Key       []byte    `bson:"key"`
	Card      []byte    `bson:"card"`
	Chain     []byte    `bson:"chain"`
	Head      []byte    `bson:"head"`
}

// dedupeKey is unique for each case, whether it has a key or not.
func dedupeKey(row store.CaseRow) string {
	if row.Dedupe == "" {
		return "id:" + row.ID
	}
	return "key:" + row.Dedupe
}

func bodyOf(r store.CaseRow) caseBody {
	return caseBody{Authority: r.Authority, Form: r.Form, Number: r.Number, State: r.State, Assignee: r.Assignee,
		Labels: orEmpty(r.Labels), Tokens: orEmpty(r.Tokens), Changed: r.Changed, Waiting: r.Waiting, Due: orNever(r.Due), Asked: orNever(r.Asked),
		Key: r.Key, Card: r.Card, Chain: r.Chain, Head: r.Head}
}

// orEmpty makes an absent list an empty array: an index takes null for a value.
func orEmpty(words []string) []string {
	if words == nil {
		return []string{}
	}
	return words
}

func (d caseDoc) row() store.CaseRow {
	b := d.Body
	row := store.CaseRow{ID: d.ID, Tenant: d.Tenant, Authority: b.Authority, Form: b.Form, Reference: d.Reference, Number: b.Number,
		State: b.State, Assignee: b.Assignee, Labels: b.Labels, Tokens: b.Tokens, Submitted: d.Submitted, Changed: b.Changed,
		Waiting: b.Waiting, Due: orZero(b.Due), Asked: orZero(b.Asked), Rev: d.Rev, Key: b.Key, Card: b.Card, Chain: b.Chain, Head: b.Head}
	if d.Dedupe != dedupeKey(row) {
		row.Dedupe = d.Dedupe[len("key:"):]
	}
	return row
}

// InsertCase implements store.Cases.
func (s *Store) InsertCase(ctx context.Context, row store.CaseRow) error {
	const op = "mongostore.InsertCase"
	if err := row.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	_, err := s.cases.InsertOne(ctx, caseDoc{ID: row.ID, Tenant: row.Tenant, Reference: row.Reference, Dedupe: dedupeKey(row),
		Submitted: row.Submitted, Rev: 1, Body: bodyOf(row)})
	return failure(ctx, op, err)
}

// UpdateCase implements store.Cases.
func (s *Store) UpdateCase(ctx context.Context, row store.CaseRow) error {
	const op = "mongostore.UpdateCase"
	if err := row.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	set := struct {
		Rev  int64    `bson:"rev"`
		Body caseBody `bson:",inline"`
	}{row.Rev, bodyOf(row)}
	res, err := s.cases.UpdateOne(ctx, bson.D{is("_id", row.ID), is("rev", row.Rev-1)}, bson.D{is("$set", set)})
	if err != nil {
		return failure(ctx, op, err)
	}
	if res.MatchedCount == 0 {
		return mayReplace(ctx, op, s.cases, bson.D{is("_id", row.ID)})
	}
	return nil
}

// Case implements store.Cases.
func (s *Store) Case(ctx context.Context, id string) (store.CaseRow, error) {
	return s.findCase(ctx, "mongostore.Case", is("_id", id))
}

// FindCase implements store.Cases.
func (s *Store) FindCase(ctx context.Context, by store.CaseKey) (store.CaseRow, error) {
	const op = "mongostore.FindCase"
	if err := by.Check(); err != nil {
		return store.CaseRow{}, fault.Wrap(op, err)
	}
	if by.Reference != "" {
		return s.findCase(ctx, op, is("reference", by.Reference))
	}
	return s.findCase(ctx, op, is("dedupe", dedupeKey(store.CaseRow{Dedupe: by.Dedupe})))
}

func (s *Store) findCase(ctx context.Context, op string, by bson.E) (store.CaseRow, error) {
	var doc caseDoc
	if err := s.cases.FindOne(ctx, bson.D{by}).Decode(&doc); err != nil {
		return store.CaseRow{}, failure(ctx, op, err)
	}
	return doc.row(), nil
}

// ListCases implements store.Cases.
func (s *Store) ListCases(ctx context.Context, q store.CaseQuery) ([]store.CaseRow, error) {
	const op = "mongostore.ListCases"
	if err := q.Check(); err != nil {
		return nil, fault.Wrap(op, err)
	}
	if len(q.States) == 0 && len(q.Tokens) == 0 && q.Order != store.AskedLongest {
		// Named states let the server merge ranges of the index that are in order, instead of sorting all there is.
		found, err := s.states(ctx, op, q.Authorities)
		if err != nil {
			return nil, err
		}
		q.States = found
	}
	field, dir, beyond := "waiting", 1, "$gt"
	switch q.Order {
	case store.NewestFirst:
		field, dir, beyond = "submitted", -1, "$lt"
	case store.OldestFirst:
		field = "submitted"
	case store.ChangedLast:
		field, dir, beyond = "changed", -1, "$lt"
	case store.AskedLongest:
		field = "asked"
	}
	filter := filterOf(q)
	if q.After != (store.Cursor{}) {
		filter = append(filter, is("$or", bson.A{
			bson.D{than(field, beyond, q.After.Time)},
			bson.D{is(field, q.After.Time), than("_id", beyond, q.After.ID)},
		}))
	}
	cursor, err := s.cases.Find(ctx, filter, options.Find().
		SetSort(bson.D{is(field, dir), is("_id", dir)}).SetLimit(int64(q.PageSize())).
		SetProjection(bson.D{is("chain", 0), is("head", 0)}))
	docs, err := all[caseDoc](ctx, op, cursor, err)
	rows := make([]store.CaseRow, 0, len(docs))
	for _, d := range docs {
		rows = append(rows, d.row())
	}
	return rows, err
}

// states gives the states that the authorities' cases have.
func (s *Store) states(ctx context.Context, op string, authorities []string) ([]string, error) {
	var states []string
	for _, a := range authorities {
		values, err := s.cases.Distinct(ctx, "state", bson.D{is("authority", a)})
		if err != nil {
			return nil, failure(ctx, op, err)
		}
		for _, v := range values {
			if state, ok := v.(string); ok && !slices.Contains(states, state) {
				states = append(states, state)
			}
		}
	}
	return states, nil
}

// CountCases implements store.Cases.
//
// The server has no command that counts several things, each no further than a limit, so the commands go out side by side: it takes
// about as long as one.
func (s *Store) CountCases(ctx context.Context, most int, qs ...store.CaseQuery) ([]int, error) {
	out, errs := make([]int, len(qs)), make([]error, len(qs))
	var all sync.WaitGroup
	for i, q := range qs {
		all.Go(func() { out[i], errs[i] = s.count(ctx, q, most) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) count(ctx context.Context, q store.CaseQuery, most int) (int, error) {
	const op = "mongostore.CountCases"
	q.After, q.Limit = store.Cursor{}, 0
	if err := q.Check(); err != nil {
		return 0, fault.Wrap(op, err)
	}
	if err := store.CheckLimit(most); err != nil {
		return 0, fault.Wrap(op, err)
	}
	n, err := s.cases.CountDocuments(ctx, filterOf(q), options.Count().SetLimit(int64(most)))
	return int(n), failure(ctx, op, err)
}

func filterOf(q store.CaseQuery) bson.D {
	filter := bson.D{}
	for _, f := range []struct {
		field, operator string
		values          []string
	}{
		{"authority", "$in", q.Authorities}, {"state", "$in", q.States}, {"form", "$in", q.Forms},
		{"labels", "$all", q.Labels}, {"tokens", "$all", q.Tokens},
	} {
		if len(f.values) > 0 {
			filter = append(filter, than(f.field, f.operator, f.values))
		}
	}
	if q.Order == store.AskedLongest {
		before := never
		if !q.AskedBefore.IsZero() {
			before = q.AskedBefore
		}
		filter = append(filter, than("asked", "$lt", before))
	}
	switch q.Assignee {
	case "":
	case store.Unassigned:
		filter = append(filter, is("assignee", ""))
	default:
		filter = append(filter, is("assignee", q.Assignee))
	}
	return filter
}

// DueCases implements store.Cases.
func (s *Store) DueCases(ctx context.Context, t time.Time, limit int) ([]string, error) {
	const op = "mongostore.DueCases"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	docs, err := s.due(ctx, op, t, limit)
	var ids []string
	for _, d := range docs {
		ids = append(ids, d.ID)
	}
	return ids, err
}

// NextDue implements store.Cases.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	docs, err := s.due(ctx, "mongostore.NextDue", never.Add(-time.Millisecond), 1)
	if err != nil || len(docs) == 0 {
		return time.Time{}, err
	}
	return docs[0].Due, nil
}

type dueDoc struct {
	ID  string    `bson:"_id"`
	Due time.Time `bson:"due"`
}

func (s *Store) due(ctx context.Context, op string, until time.Time, limit int) ([]dueDoc, error) {
	if !until.Before(never) {
		until = never.Add(-time.Millisecond)
	}
	cursor, err := s.cases.Find(ctx, bson.D{than("due", "$lte", until)}, options.Find().
		SetSort(bson.D{is("due", 1), is("_id", 1)}).SetLimit(int64(limit)).SetProjection(bson.D{is("due", 1)}))
	return all[dueDoc](ctx, op, cursor, err)
}

// DeleteCase implements store.Cases. The head goes first: with it goes the key, and the parts can be read no more.
func (s *Store) DeleteCase(ctx context.Context, id string) error {
	const op = "mongostore.DeleteCase"
	if _, err := s.cases.DeleteOne(ctx, bson.D{is("_id", id)}); err != nil {
		return failure(ctx, op, err)
	}
	_, err := s.parts.DeleteMany(ctx, bson.D{is("case", id)})
	return failure(ctx, op, err)
}

// onlyDuplicates says whether all that went wrong in writing many is that some were there already.
func onlyDuplicates(err error) bool {
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return false
	}
	return !slices.ContainsFunc(bulk.WriteErrors, func(e mongo.BulkWriteError) bool { return !mongo.IsDuplicateKeyError(e) })
}
