// The Go SDK's side of the group-by-key row, on Prism (the Go SDK's default runner, started inside this program).
//
// A thousand blocks -> n integers -> (i % 1000, i) -> GroupByKey -> sum per key. The sums are added up and checked, so
// that a run that loses elements fails. bench/peers/python and bench/group_by_key.cc do the same work.
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

const (
	blocks = 1000
	keys   = 1000
)

// expandFn turns a block into its share of the integers below N.
type expandFn struct{ N int64 }

func (f *expandFn) ProcessElement(block int64, emit func(int64)) {
	for i := block * f.N / blocks; i < (block+1)*f.N/blocks; i++ {
		emit(i)
	}
}

func key(i int64) (int64, int64) { return i % keys, i }

func sumValues(_ int64, values func(*int64) bool) int64 {
	var total, v int64
	for values(&v) {
		total += v
	}
	return total
}

// Registration with the element types is what the Go SDK advises for speed: it avoids reflection.
func init() {
	register.DoFn2x0[int64, func(int64)](&expandFn{})
	register.Function1x2(key)
	register.Function2x1(sumValues)
	register.Emitter1[int64]()
	register.Iter1[int64]()
}

func main() {
	n := flag.Int64("n", 1_000_000, "number of elements")
	flag.Parse()
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	beam.Init()
	p, s := beam.NewPipelineWithRoot()
	seeds := make([]int64, blocks)
	for i := range seeds {
		seeds[i] = int64(i)
	}
	numbers := beam.ParDo(s, &expandFn{N: *n}, beam.CreateList(s, seeds))
	groups := beam.GroupByKey(s, beam.ParDo(s, key, numbers))
	total := stats.Sum(s, beam.ParDo(s, sumValues, groups))
	passert.Equals(s, total, *n*(*n-1)/2)
	if err := beamx.Run(context.Background(), p); err != nil {
		log.Fatalf("group_by_key: %v", err)
	}
}
