import { elementTruth } from "./element-truth.js";
import { parseIn, parseSize } from "./array-operators.js";
import { comparing } from "./comparison.js";
import { parseCond, parseIfNull } from "./conditional.js";
import { constant } from "./expression.js";
import { parseGetField } from "./get-field.js";
import { parseIndexOfCP } from "./index-of.js";
import { joining, parseNot } from "./logic.js";
import { parseMergeObjects } from "./merge-objects.js";
import type { OperatorParser } from "./operands.js";
import { parseFilterOperator, parseMap } from "./over-elements.js";
import { parseConcat, parseStrLenCP, parseSubstrCP } from "./text-operators.js";
import { parseIsArray, parseIsNumber, parseType } from "./type-of.js";

/** The operators of expressions that are implemented here. */
export const OPERATORS: ReadonlyMap<string, OperatorParser> = new Map<string, OperatorParser>([
  ["$literal", (operand) => constant(operand)],
  ["$and", joining(false)],
  ["$or", joining(true)],
  ["$not", parseNot],
  ["$eq", comparing((order) => order === 0)],
  ["$ne", comparing((order) => order !== 0)],
  ["$gt", comparing((order) => order > 0)],
  ["$gte", comparing((order) => order >= 0)],
  ["$lt", comparing((order) => order < 0)],
  ["$lte", comparing((order) => order <= 0)],
  ["$in", parseIn],
  ["$type", parseType],
  ["$isNumber", parseIsNumber],
  ["$isArray", parseIsArray],
  ["$getField", parseGetField],
  ["$ifNull", parseIfNull],
  ["$cond", parseCond],
  ["$indexOfCP", parseIndexOfCP],
  ["$substrCP", parseSubstrCP],
  ["$strLenCP", parseStrLenCP],
  ["$concat", parseConcat],
  ["$map", parseMap],
  ["$filter", parseFilterOperator],
  ["$anyElementTrue", elementTruth(true, 17041)],
  ["$allElementsTrue", elementTruth(false, 17040)],
  ["$size", parseSize],
  ["$mergeObjects", parseMergeObjects],
]);

/** What else MongoDB 6 has. */
export const OPERATORS_ELSEWHERE: ReadonlySet<string> = new Set(
  `$abs $acos $acosh $add $addToSet $arrayElemAt $arrayToObject $asin $asinh $atan $atan2 $atanh $avg $binarySize
  $bottom $bottomN $bsonSize $ceil $cmp $const $convert $cos $cosh $covariancePop $covarianceSamp $dateAdd $dateDiff
  $dateFromParts $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc $dayOfMonth $dayOfWeek $dayOfYear
  $degreesToRadians $denseRank $derivative $divide $documentNumber $exp $expMovingAvg $first $firstN $floor $function
  $hash $hour $indexOfArray $indexOfBytes $integral $isoDayOfWeek $isoWeek $isoWeekYear $last $lastN $let $linearFill
  $ln $locf $log $log10 $ltrim $max $maxN $meta $millisecond $min $minN $minute $mod $month $multiply $objectToArray
  $pow $push $radiansToDegrees $rand $range $rank $reduce $regexFind $regexFindAll $regexMatch $replaceAll $replaceOne
  $reverseArray $round $rtrim $sampleRate $second $setDifference $setEquals $setField $setIntersection $setIsSubset
  $setUnion $shift $sin $sinh $slice $sortArray $split $sqrt $stdDevPop $stdDevSamp $strLenBytes $strcasecmp $substr
  $substrBytes $subtract $sum $switch $tan $tanh $toBool $toDate $toDecimal $toDouble $toHashedIndexKey $toInt $toLong
  $toLower $toObjectId $toString $toUpper $top $topN $trim $trunc $tsIncrement $tsSecond $unsetField $week $year
  $zip`.split(/\s+/),
);
