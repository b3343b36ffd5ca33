package expr

import (
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/env"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// Language compiles the expressions of one definition, which may read its tables. Safe for concurrent use.
type Language struct{ tables tables }

// For gives the language of a definition.
func For(def *forms.Definition) *Language { return &Language{newTables(def.Tables)} }

// Compile reads an expression of a definition without tables.
func Compile(text string) (*Program, error) { return new(Language).Compile(text) }

// roots are the names an expression may read.
var roots = map[string]*cel.Type{
	"answers": cel.MapType(cel.StringType, cel.DynType), "facts": cel.MapType(cel.StringType, cel.DynType),
	"computed": cel.MapType(cel.StringType, cel.DynType), "actor": cel.MapType(cel.StringType, cel.DynType),
	"settings": cel.MapType(cel.StringType, cel.DynType), "parties": cel.ListType(cel.DynType), "today": cel.StringType,
	"row": cel.MapType(cel.StringType, cel.DynType),
}

// environment is the same for every expression, and costs more to make than most of them to compile.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	subset := &env.LibrarySubset{}
	for _, name := range kept {
		f := env.NewFunction(name)
		if name == "size" { // not of bytes, which there are none of
			f = env.NewFunction(name, env.NewOverload("size_string", nil, nil), env.NewOverload("size_list", nil, nil), env.NewOverload("size_map", nil, nil),
				env.NewOverload("string_size", nil, nil), env.NewOverload("list_size", nil, nil), env.NewOverload("map_size", nil, nil))
		}
		subset.IncludeFunctions = append(subset.IncludeFunctions, f)
	}
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(subset)), cel.CustomTypeAdapter(adapter{}), cel.OptionalTypes(), ext.Bindings(),
		cel.ParserExpressionSizeLimit(MaxLength), cel.ParserRecursionLimit(100),
		cel.ASTValidators(cel.ValidateRegexLiterals()),
	}
	for name, typ := range roots {
		options = append(options, cel.Variable(name, typ))
	}
	options = append(options, arithmetic()...)
	options = append(options, plumbing()...)
	for _, e := range library() {
		if e.declare != nil {
			options = append(options, e.declare)
		}
	}
	return cel.NewCustomEnv(options...)
})

// Compile reads an expression; a mistake in it is fault.Invalid whose cause is for the author: "1:7: there is no table …", line and
// column within the text.
func (l *Language) Compile(text string) (*Program, error) {
	const op = "expr.Compile"
	environment, err := environment()
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	if len(text) > MaxLength {
		return nil, fault.Newf(op, fault.Invalid, "longer than %d characters", MaxLength)
	}
	parsed, issues := environment.Parse(text)
	if issues.Err() == nil {
		c := &compilation{lang: l, text: []rune(text), ast: parsed.NativeRep(), make: ast.NewExprFactory()}
		if err := c.rewrite(); err != nil {
			return nil, fault.New(op, fault.Invalid, err)
		}
		parsed, issues = environment.Check(parsed)
	}
	if issues.Err() != nil {
		first := issues.Errors()[0] // the rest often follows from it
		return nil, fault.Newf(op, fault.Invalid, "%d:%d: %s", first.Location.Line(), first.Location.Column()+1, first.Message)
	}
	// Without cel.OptOptimize, which would put CEL's own unbounded matches in the place of ours.
	options := []cel.ProgramOption{cel.CustomDecoratorV2(decorate)}
	if loops(parsed) {
		options = append(options, cel.CostTracking(costs{}), cel.CostLimit(CostLimit))
	}
	run, err := environment.Program(parsed, options...)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	return &Program{Text: text, reads: readsOf(parsed), run: run, tables: l.tables}, nil
}

// compilation is what is done to an expression between parsing and checking.
type compilation struct {
	lang *Language
	text []rune
	ast  *ast.AST
	make ast.ExprFactory
	last int64
	err  error // the first
}

func (c *compilation) fail(e ast.Expr, format string, args ...any) {
	if c.err == nil {
		at := c.ast.SourceInfo().GetStartLocation(e.ID())
		c.err = fmt.Errorf("%d:%d: %s", at.Line(), at.Column()+1, fmt.Sprintf(format, args...))
	}
}

// id makes an id for an expression that stands for part of another.
func (c *compilation) id(of ast.Expr) int64 {
	c.last++
	if at, ok := c.ast.SourceInfo().GetOffsetRange(of.ID()); ok {
		c.ast.SourceInfo().SetOffsetRange(c.last, at)
	}
	return c.last
}

func (c *compilation) rewrite() error {
	c.last = ast.MaxID(c.ast)
	ast.PostOrderVisit(c.ast.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.LiteralKind:
			c.literal(e)
		case ast.CallKind:
			switch e.AsCall().FunctionName() {
			case operators.Divide:
				c.fail(e, "write div(a, b, decimals) instead of a / b, so that it is plain how the result is rounded")
			case "table", "lookup":
				c.lookup(e)
			}
		}
	}))
	if c.err == nil {
		c.columns(c.ast.Expr(), map[string]string{})
	}
	return c.err
}

var literalNumber = regexp.MustCompile(`^-?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?`)

// literal makes a number with decimals exact, 1.10 is dec("1.10"), and refuses kinds of values that answers do not have.
func (c *compilation) literal(e ast.Expr) {
	switch x := e.AsLiteral().(type) {
	case types.Double:
		at, _ := c.ast.SourceInfo().GetOffsetRange(e.ID())
		start := min(max(int(at.Start), 0), len(c.text))
		written := literalNumber.FindString(string(c.text[start:min(start+2*MaxDigits, len(c.text))]))
		if f, err := strconv.ParseFloat(written, 64); err != nil || f != float64(x) {
			c.fail(e, "a number that cannot be read exactly: write dec(%q)", written)
			return
		}
		e.SetKindCase(c.make.NewCall(e.ID(), "dec", c.make.NewLiteral(c.id(e), types.String(written))))
	case types.Uint, types.Bytes:
		c.fail(e, "write a plain number or text, without u or b")
	}
}

// children are what an expression is made of.
func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			return append([]ast.Expr{call.Target()}, call.Args()...)
		}
		return call.Args()
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.MapKind:
		var out []ast.Expr
		for _, entry := range e.AsMap().Entries() {
			out = append(out, entry.AsMapEntry().Key(), entry.AsMapEntry().Value())
		}
		return out
	}
	return nil
}
