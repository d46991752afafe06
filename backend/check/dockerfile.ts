import { DockerfileParser } from 'dockerfile-ast'
import { ModifiableInstruction } from 'dockerfile-ast/lib/modifiableInstruction.js'
import type { Where } from '../protocol/report.ts'

export interface Instruction {
  /** Upper case: `USER`. */
  keyword: string
  /** After the keyword and its flags, continuation lines joined. */
  argument: string
  line: number
  /** `--mount=…`, `--from=…`, as written. */
  flags: string[]
  /** Number of the stage, from 0; -1 before the first FROM. */
  stage: number
}

/** The Dockerfile as the checker names places in it. A text that does not parse gives what could be read. */
export class DockerfileView {
  readonly file: string
  readonly instructions: Instruction[]
  readonly lastStage: number

  constructor(text: string, file = 'Dockerfile') {
    this.file = file
    let stage = -1
    this.instructions = DockerfileParser.parse(text)
      .getInstructions()
      .map((instruction) => {
        const keyword = instruction.getKeyword().toUpperCase()
        if (keyword === 'FROM') stage++
        const argument = (instruction.getArgumentsContent() ?? '')
          .replace(/\\\r?\n/g, ' ')
          .replace(/\s+/g, ' ')
          .trim()
        return {
          keyword,
          argument,
          flags: instruction instanceof ModifiableInstruction ? instruction.getFlags().map(String) : [],
          line: instruction.getRange().start.line + 1,
          stage,
        }
      })
    this.lastStage = stage
  }

  where(line: number): Where {
    return { file: this.file, line }
  }

  /** The last instruction of the final stage with one of these keywords. */
  last(...keywords: string[]): Instruction | undefined {
    return this.instructions.findLast(
      (found) => found.stage === this.lastStage && keywords.includes(found.keyword),
    )
  }

  /** `Dockerfile:7: USER root` */
  quote(instruction: Instruction): string {
    const { line, keyword, flags, argument } = instruction
    return `${this.file}:${line}: ${[keyword, ...flags, argument].join(' ')}`
  }
}
