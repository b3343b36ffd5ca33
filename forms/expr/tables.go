package expr

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
)

// lookups read the form's tables. The name of a table is always written out, so that Compile knows the columns; it makes of both
// functions one that has the tables, @row(@tables, name, key, date).
func lookups() []entry {
	const group = "Tabeller"
	s, row, key := cel.StringType, cel.MapType(cel.StringType, cel.DynType), cel.MapType(cel.StringType, cel.DynType)
	return []entry{
		{Function{"table", group, "table(namn, datum) → rad", "Den rad i tabellen tables/namn.yaml som gäller den dagen.", `table("riksnorm", today).belopp`, `4280.50`},
			cel.Function("table", cel.Overload("table_date", []*cel.Type{s, s}, row))},
		{Function{"lookup", group, "lookup(namn, {kolumn: värde}, datum) → rad", "Den rad med de värdena i tabellens nyckel som gäller den dagen. Finns ingen rad är alla kolumner tomma.",
			`lookup("taxa", {"amne": "piano"}, "2025-08-01").?avgift`, `900`},
			cel.Function("lookup", cel.Overload("lookup_key_date", []*cel.Type{s, key, s}, row))},
	}
}

const (
	rowFunction = "@row"
	tablesName  = "@tables"
)

// plumbing is what lookups are made of.
func plumbing() []cel.EnvOption {
	row := cel.MapType(cel.StringType, cel.DynType)
	return []cel.EnvOption{
		cel.Variable(tablesName, cel.DynType),
		cel.Function(rowFunction, cel.Overload("row", []*cel.Type{cel.DynType, cel.StringType, cel.DynType, cel.StringType}, row),
			cel.SingletonFunctionBinding(findRow)),
	}
}

// tables are a definition's tables as expressions find rows in them.
type tables map[string]*table

type table struct {
	key     []string
	columns []string
	rows    map[string][]period // by key, the latest first
}

type period struct {
	from, to string
	row      ref.Val
}

func newTables(of map[string]forms.Table) tables {
	out := make(tables, len(of))
	for name, t := range of {
		in := &table{key: t.Key, columns: t.Columns(), rows: map[string][]period{}}
		for _, r := range t.Rows {
			k, _ := in.keyOf(func(column string) (ref.Val, bool) {
				v, ok := r.Values[column]
				return adapter{}.NativeToValue(v), ok
			})
			in.rows[k] = append(in.rows[k], period{r.From, r.To, types.NewStringInterfaceMap(adapter{}, r.Values)})
		}
		for _, periods := range in.rows {
			slices.SortStableFunc(periods, func(a, b period) int { return cmp.Compare(b.from, a.from) })
		}
		out[name] = in
	}
	return out
}

// keyOf writes the values of the key's columns so that equal ones are equal texts.
func (t *table) keyOf(value func(column string) (ref.Val, bool)) (string, bool) {
	var b strings.Builder
	for _, column := range t.key {
		v, ok := value(column)
		if !ok {
			return "", false
		}
		text, ok := toText(v).(types.String)
		if !ok || len(text) > 1_000 {
			return "", false
		}
		b.WriteString(v.Type().TypeName() + " " + string(text) + "\x00")
	}
	return b.String(), true
}

// on gives the row that holds on a day: of the rows that have begun, the latest, unless it has ended.
func on(periods []period, day string) (ref.Val, bool) {
	for _, p := range periods {
		if p.from <= day {
			return p.row, p.to == "" || day <= p.to
		}
	}
	return nil, false
}

var noRow = types.NewStringInterfaceMap(adapter{}, map[string]any{})

func findRow(args ...ref.Val) ref.Val {
	all, ok := args[0].(tables)
	name, ok2 := args[1].(types.String)
	key, ok3 := args[2].(traits.Mapper)
	day, ok4 := args[3].(types.String)
	if !ok || !ok2 || !ok3 || !ok4 {
		return types.NewErr("a look-up needs a key and a date")
	}
	if _, isDate := date(string(day)); !isDate {
		return types.NewErr("a look-up needs a date")
	}
	t := all[string(name)]
	k, complete := t.keyOf(func(column string) (ref.Val, bool) { return key.Find(types.String(column)) })
	if !complete || key.Size() != types.Int(len(t.key)) {
		return types.NewErr("the key of %s is %s", string(name), strings.Join(t.key, ", "))
	}
	if row, found := on(t.rows[k], string(day)); found {
		return row
	}
	return noRow
}

// rewrite turns table and lookup into @row, and tells of tables and keys that there are not.
func (c *compilation) lookup(e ast.Expr) {
	call := e.AsCall()
	name, args := call.FunctionName(), call.Args()
	if call.IsMemberFunction() || (name == "table" && len(args) != 2) || (name == "lookup" && len(args) != 3) {
		return // the checker says what it takes
	}
	text, ok := literalText(args[0])
	if !ok {
		c.fail(args[0], "the name of a table is written out, in quotes")
		return
	}
	t := c.lang.tables[text]
	if t == nil {
		c.fail(args[0], "there is no table %q%s", text, near(text, slices.Collect(maps.Keys(c.lang.tables))))
		return
	}
	var key ast.Expr
	switch {
	case name == "lookup":
		key = args[1]
		if key.Kind() == ast.MapKind {
			c.keys(key, text, t)
		}
	case len(t.key) > 0:
		c.fail(e, "the table %q has several rows a day: write lookup(%q, {%q: …}, date)", text, text, strings.Join(t.key, `": …, "`))
		return
	default:
		key = c.make.NewMap(c.id(e), nil)
	}
	e.SetKindCase(c.make.NewCall(e.ID(), rowFunction, c.make.NewIdent(c.id(e), tablesName), args[0], key, args[len(args)-1]))
}

func (c *compilation) keys(key ast.Expr, name string, t *table) {
	var given []string
	for _, entry := range key.AsMap().Entries() {
		k, ok := literalText(entry.AsMapEntry().Key())
		if !ok || !slices.Contains(t.key, k) {
			c.fail(entry.AsMapEntry().Key(), "%q is not in the key of the table %q%s", k, name, near(k, t.key))
			return
		}
		given = append(given, k)
	}
	for _, k := range t.key {
		if !slices.Contains(given, k) {
			c.fail(key, "the key of the table %q also has %q", name, k)
		}
	}
}

// columns tells of columns that a table does not have, where it is plain which table a row is of.
func (c *compilation) columns(e ast.Expr, bound map[string]string) {
	rowOf := func(e ast.Expr) (string, bool) {
		switch e.Kind() {
		case ast.CallKind:
			if call := e.AsCall(); call.FunctionName() == rowFunction {
				return literalText(call.Args()[1])
			}
		case ast.IdentKind:
			name, ok := bound[e.AsIdent()]
			return name, ok && name != ""
		}
		return "", false
	}
	check := func(operand, at ast.Expr, column string) {
		name, ok := rowOf(operand)
		if !ok {
			return
		}
		if t := c.lang.tables[name]; !slices.Contains(t.columns, column) {
			c.fail(at, "the table %q has no column %q%s", name, column, near(column, t.columns))
		}
	}
	switch e.Kind() {
	case ast.SelectKind:
		check(e.AsSelect().Operand(), e, e.AsSelect().FieldName())
	case ast.CallKind:
		switch call := e.AsCall(); call.FunctionName() {
		case "_?._", "_[_]", "_[?_]":
			if column, ok := literalText(call.Args()[1]); ok {
				check(call.Args()[0], e, column)
			}
		}
	case ast.ComprehensionKind:
		loop := e.AsComprehension()
		inner := maps.Clone(bound)
		inner[loop.IterVar()], inner[loop.AccuVar()] = "", ""
		if loop.HasIterVar2() {
			inner[loop.IterVar2()] = ""
		}
		if name, ok := rowOf(loop.AccuInit()); ok { // cel.bind(t, table("taxa", today), …)
			inner[loop.AccuVar()] = name
		}
		c.columns(loop.IterRange(), bound)
		c.columns(loop.AccuInit(), bound)
		for _, part := range []ast.Expr{loop.LoopCondition(), loop.LoopStep(), loop.Result()} {
			c.columns(part, inner)
		}
		return
	}
	for _, child := range children(e) {
		c.columns(child, bound)
	}
}

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

func near(name string, known []string) string {
	slices.Sort(known)
	if n := tree.Nearest(name, known); n != "" {
		return ", did you mean " + n + "?"
	}
	if len(known) == 0 {
		return ""
	}
	return "; there are " + strings.Join(known, ", ")
}

// Tables are handed to @row as a value that expressions can do nothing else with.

// ConvertToNative implements ref.Val.
func (t tables) ConvertToNative(reflect.Type) (any, error) { return t, nil }

// ConvertToType implements ref.Val.
func (t tables) ConvertToType(ref.Type) ref.Val { return types.NewErr("tables are no value") }

// Equal implements ref.Val.
func (t tables) Equal(ref.Val) ref.Val { return types.False }

// Type implements ref.Val.
func (t tables) Type() ref.Type { return tablesType }

// Value implements ref.Val.
func (t tables) Value() any { return t }

var tablesType = types.NewOpaqueType("tables")
