// The Go SDK's side of the row of fused Maps: n integers from one generator -> so many ParDos of one addition each -> sum.
//
// The sum is checked, so that a run that loses elements fails. bench/fused_map.cc does the same work.
package main

import (
	"context"
	"flag"
	"log"
	"log/slog"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
)

func generate(n int64, emit func(int64)) {
	for i := int64(0); i < n; i++ {
		emit(i)
	}
}

func addOne(i int64) int64 { return i + 1 }

// Registration with the element types is what the Go SDK advises for speed: it avoids reflection.
func init() {
	register.Function2x0(generate)
	register.Function1x1(addOne)
	register.Emitter1[int64]()
}

func main() {
	n := flag.Int64("n", 10_000_000, "number of elements")
	maps := flag.Int64("maps", 10, "number of ParDos")
	flag.Parse()
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	beam.Init()
	p, s := beam.NewPipelineWithRoot()
	numbers := beam.ParDo(s, generate, beam.Create(s, *n))
	for i := int64(0); i < *maps; i++ {
		numbers = beam.ParDo(s, addOne, numbers)
	}
	passert.Equals(s, stats.Sum(s, numbers), *n*(*n-1)/2+*maps**n)
	if err := beamx.Run(context.Background(), p); err != nil {
		log.Fatalf("fused_map: %v", err)
	}
}
